using System.Net;
using System.Net.Sockets;
using Amazon.S3.Model;
using Cartage.Connectors.Notifiers;
using Cartage.Connectors.ObjectStores;
using Cartage.Connectors.Sources.Http;
using Cartage.Connectors.Sources.Postgres;
using Cartage.Connectors.Warehouses;
using Cartage.DuckDb;
using Cartage.Projects;
using Cartage.Storage;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors;

/// <summary>Looks at what a project connects to, changing nothing there.</summary>
static class Probes
{
    // Whether it takes a message, only a message can tell.
    const string Sends = "'cartage notify test' sends a message through it.";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<Reach> RunAsync(Project project, Reach reach, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            var (version, hint) = await LookAsync(project, reach, clock, ct);
            return reach with { IsReached = true, Version = version, Hint = hint };
        }
        catch (PipelineException e)
        {
            return reach with { Problem = e.Message, Hint = e.Hint };
        }
    }

    static async Task<(string? Version, string? Hint)> LookAsync(Project project, Reach reach, TimeProvider clock, CancellationToken ct)
    {
        var name = reach.Name;
        if (name == "warehouse")
            return await WarehouseAsync(project, ct);
        if (name == "state")
            return (Server(await PostgresRunStore.VersionAsync(Connectors.StateUrl(project), ct)), null);
        if (name.StartsWith("zone ", StringComparison.Ordinal))
            return Stores.Options(project, name[5..]) is { } options ? await BucketAsync(options, ct) : ("a folder", null);
        if (name.StartsWith(Stores.Remote, StringComparison.Ordinal))
            return await BucketAsync(Stores.At(project, Glob.Folder(reach.Place.Split(", ")[0])), ct);
        var connection = project.Connections[name];
        return connection.Type switch
        {
            "postgres" => await PostgresAsync(PostgresSourceOptions.Read(project, connection), ct),
            "http" => await HttpAsync(HttpSettings.Read(connection, new(project.Root, project.Variables), project.Root), clock, ct),
            "s3" => await BucketAsync(Stores.Options(project, connection), ct),
            "files" => ("folders of this machine", null),
            "smtp" => (await GreetingAsync(SmtpOptions.Read(new(project, connection)), ct), Sends),
            "webhook" => await ListensAsync(WebhookOptions.Read(new(project, connection)).Url, ct),
            "sns" => await ListensAsync(SnsOptions.Read(new(project, connection)).Endpoint, ct),
            var type => throw new PipelineException($"{connection.File}:{connection.Line}: a connection of type '{type}' cannot be tested", hint: "Use it: what is wrong with it is said then."),
        };
    }

    static async Task<(string?, string?)> WarehouseAsync(Project project, CancellationToken ct)
    {
        await using var door = new DuckDbConnection("DataSource=:memory:");
        await door.OpenAsync(ct);
        if (project.Warehouse.Type == "duckdb")
            return ($"DuckDB {await door.ScalarAsync<string>("SELECT version()", ct)}", null);
        await using var warehouse = await Connectors.OpenWarehouseAsync(project, [], ct);
        await using var connection = await warehouse.OpenAsync(ct);
        return (Server(await connection.ScalarAsync<string>("SELECT version()", ct)), null);
    }

    static async Task<(string?, string?)> PostgresAsync(PostgresSourceOptions options, CancellationToken ct)
    {
        var address = PostgresUrl.Read(options.Url);
        (address.Pooling, address.Timeout) = (false, Math.Min(address.Timeout, (int)Patience.TotalSeconds));
        try
        {
            await using var connection = new NpgsqlConnection(address.ConnectionString);
            await connection.OpenAsync(ct);
            var version = Server(await connection.ScalarAsync<string>("SELECT version()", ct));
            return await connection.ScalarAsync<bool>("SELECT pg_has_role('pg_read_all_stats', 'MEMBER')", ct)
                ? (version, null)
                : (version, $"It does not say which transactions are open, so incremental reads need 'overlap': GRANT pg_read_all_stats TO {address.Username}.");
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            throw PostgresSourceErrors.Explain(options, address, e);
        }
    }

    static async Task<(string?, string?)> HttpAsync(HttpSettings settings, TimeProvider clock, CancellationToken ct)
    {
        if (settings.IsRecorded)
            return Directory.Exists(settings.Url.LocalPath) ? ("recorded answers", null) : throw new PipelineException($"there is no folder {settings.Url.LocalPath}", hint: "Correct 'url' of the connection, or put recorded answers there.");
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience }) { Timeout = settings.Timeout };
        using var authorization = new Sources.Http.Authorization(settings, client, clock);
        using var request = new HttpRequestMessage(HttpMethod.Get, settings.Parameters.Count == 0 ? settings.Url : new Uri($"{settings.Url}?{string.Join('&', settings.Parameters.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"))}"));
        foreach (var (key, value) in settings.Headers)
            request.Headers.TryAddWithoutValidation(key, value);
        try
        {
            request.Headers.Authorization ??= await authorization.HeaderAsync(ct);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? throw new PipelineException($"it answers, and refuses the key ({(int)response.StatusCode} {response.ReasonPhrase})", hint: "Correct 'headers' or 'auth' of the connection; some refuse their bare address only.")
                : ($"{response.Headers.Server}".Trim() is { Length: > 0 } server ? server : $"HTTP {response.Version}", (int)response.StatusCode >= 500 ? $"It answers with {(int)response.StatusCode} {response.ReasonPhrase}: is it well?" : null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new PipelineException(settings.Secrets.Mask($"{settings.Url.GetLeftPart(UriPartial.Authority)} cannot be reached: {e.Message}"), isTransient: true, hint: "Check 'url' of the connection and the network.", inner: e);
        }
    }

    static async Task<(string?, string?)> BucketAsync(S3Options options, CancellationToken ct)
    {
        try
        {
            using var client = S3Client.Create(options with { Timeout = Patience });
            if (options.Bucket.Length == 0)
                return ($"S3, {(await client.ListBucketsAsync(ct)).Buckets?.Count ?? 0} buckets", null);
            await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix, MaxKeys = 1 }, ct);
            return ("S3", null);
        }
        catch (Exception e) when (S3Errors.Concern(e) && !ct.IsCancellationRequested)
        {
            throw S3Errors.Explain(e, options, options.Bucket.Length == 0 ? "its buckets cannot be listed" : "its objects cannot be listed");
        }
    }

    static async Task<(string?, string?)> ListensAsync(Uri url, CancellationToken ct)
    {
        using var client = await ConnectAsync(url.Host, url.Port, ct);
        return (null, Sends);
    }

    // A mail server speaks first (RFC 5321, 3.1): 220, its name and what else it likes to say.
    static async Task<string> GreetingAsync(SmtpOptions options, CancellationToken ct)
    {
        using var client = await ConnectAsync(options.Url.Host, options.Port, ct);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var reader = new StreamReader(client.GetStream());
            var greeting = await reader.ReadLineAsync(limit.Token) ?? "";
            await client.GetStream().WriteAsync("QUIT\r\n"u8.ToArray(), ct);
            return greeting.StartsWith("220", StringComparison.Ordinal)
                ? greeting[3..].Trim(' ', '-')
                : throw new PipelineException($"{options.Url.Host}:{options.Port} does not greet as a mail server does: '{greeting}'", hint: "Look at 'url' of the connection, and whether the server is well.");
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new PipelineException($"{options.Url.Host}:{options.Port} does not greet as a mail server does", isTransient: true, hint: "Look at 'url' of the connection, and whether the server is well.", inner: e);
        }
    }

    static async Task<TcpClient> ConnectAsync(string host, int port, CancellationToken ct)
    {
        var client = new TcpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            await client.ConnectAsync(host, port, limit.Token);
            return client;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            client.Dispose();
            throw new PipelineException($"nothing answers at {host}:{port}: {(e is SocketException ? e.Message : $"no answer within {Patience.TotalSeconds:0} s")}", isTransient: true, hint: "Look at the address, the network, and whether the server is up.", inner: e);
        }
    }

    // 'PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-…' says enough with its first two words.
    static string Server(string? version) => string.Join(' ', (version ?? "").Split(' ').Take(2));
}
