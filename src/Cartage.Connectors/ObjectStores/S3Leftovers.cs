using Amazon.S3;
using Amazon.S3.Model;

namespace Cartage.Connectors.ObjectStores;

/// <summary>Uploads in parts that nobody finished: invisible, but stored and paid for.</summary>
static class S3Leftovers
{
    /// <summary>Aborts those under the prefix that are meant and returns how many.</summary>
    public static async Task<long> AbortAsync(AmazonS3Client client, S3Options options, Func<MultipartUpload, bool> meant, bool dryRun, CancellationToken ct)
    {
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = options.Prefix.Length == 0 ? null : options.Prefix + "/" };
        List<MultipartUpload> found = [];
        ListMultipartUploadsResponse page;
        do
        {
            page = await client.ListMultipartUploadsAsync(request, ct);
            found.AddRange((page.MultipartUploads ?? []).Where(meant));
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        } while (page.IsTruncated == true);
        if (!dryRun)
            foreach (var upload in found)
                await client.AbortMultipartUploadAsync(new() { BucketName = options.Bucket, Key = upload.Key, UploadId = upload.UploadId }, ct);
        return found.Count;
    }

    public static bool Before(this MultipartUpload upload, DateTimeOffset instant) => upload.Initiated?.ToUniversalTime() < instant.UtcDateTime;
}
