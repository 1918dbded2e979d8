using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Cartage.Connectors.ObjectStores;

/// <summary>Makes clients: any endpoint, credentials from the standard chain, no checksums that servers other than AWS do not know.</summary>
static class S3Client
{
    /// <summary>A client; a <see cref="PipelineException"/> where there is no telling which server is meant.</summary>
    public static AmazonS3Client Create(S3Options options)
    {
        try
        {
            return Open(options);
        }
        catch (AmazonClientException e)
        {
            throw S3Errors.Explain(e, options, "it cannot be asked");
        }
    }

    static AmazonS3Client Open(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 3,
            Timeout = options.Timeout,
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(options.Timeout.TotalSeconds, 15)),
            HttpClientFactory = options.Handler is { } handler ? new Factory(handler, options.Timeout) : null,
        };
        if (options.Profile is { } profile)
            config.Profile = new Profile(profile);
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is { } region)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        return options switch
        {
            { AccessKeyId: { } id, SecretAccessKey: { } key, SessionToken: { } token } => new(new SessionAWSCredentials(id, key, token), config),
            { AccessKeyId: { } id, SecretAccessKey: { } key } => new(new BasicAWSCredentials(id, key), config),
            _ => new(config),
        };
    }

    sealed class Factory(Func<HttpMessageHandler> handler, TimeSpan timeout) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler()) { Timeout = timeout };

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

        public override string GetConfigUniqueString(IClientConfig clientConfig) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(handler).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
