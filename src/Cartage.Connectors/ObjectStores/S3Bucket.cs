using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Cartage.Storage;

namespace Cartage.Connectors.ObjectStores;

/// <summary>A prefix of an S3 bucket as an object store; what is fetched is held in <paramref name="spool"/> and asked for again only when it changed.</summary>
public sealed class S3Bucket(S3Options options, Spool spool, TimeProvider clock) : IObjectStore, IDisposable
{
    const int FetchAttempts = 4;

    readonly AmazonS3Client _client = S3Client.Create(options);
    // What a listing has just said of an object is believed once, so that many small objects that did not change cost no request each.
    readonly ConcurrentDictionary<string, string> _listed = [];
    readonly string _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, Stream content, CancellationToken ct)
    {
        try
        {
            await new S3Upload(_client, options, clock, FullKey(key)).RunAsync(content, ct);
        }
        catch (Exception e) when (S3Errors.Concern(e) && !ct.IsCancellationRequested)
        {
            throw S3Errors.Explain(e, options, $"'{key}' cannot be written");
        }
        Failpoint.Reach("store.put");
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        string? next = null;
        do
        {
            var page = await ListPageAsync(prefix, next, ct);
            foreach (var item in page.S3Objects ?? [])
                if (!item.Key.EndsWith('/')) // what consoles put there to show a folder
                {
                    _listed[item.Key] = item.ETag;
                    yield return new(item.Key[_prefix.Length..], item.Size ?? 0, new DateTimeOffset((item.LastModified ?? default).ToUniversalTime(), TimeSpan.Zero)) { Tag = item.ETag };
                }
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        } while (next is not null);
    }

    /// <inheritdoc/>
    public async ValueTask<LocalCopy> FetchAsync(string key, CancellationToken ct)
    {
        var place = $"{options.Endpoint}|{options.Bucket}|{FullKey(key)}";
        using var turn = await spool.TakeTurnAsync(place, ct);
        var held = spool.Find(place);
        if (held is not null && _listed.TryRemove(FullKey(key), out var listed) && listed == held.Version)
            return held;
        try
        {
            var file = spool.NewFile();
            try
            {
                return await DownloadAsync(FullKey(key), held?.Version, file, ct) is { } version ? Fresh(spool.Add(place, version, file), ref held) : Keep(ref held);
            }
            finally
            {
                File.Delete(file);
            }
        }
        catch (Exception e) when (S3Errors.Concern(e) && !ct.IsCancellationRequested)
        {
            throw IsLocal(e)
                ? new PipelineException($"{spool.Folder}: '{key}' cannot be kept there: {e.Message}", hint: "Free some space, then run again.", inner: e)
                : S3Errors.Explain(e, options, $"'{key}' cannot be read");
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        try
        {
            await _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = options.Bucket, Key = FullKey(key) }, ct);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
        {
            // it is gone, which was wanted
        }
        catch (Exception e) when (S3Errors.Concern(e) && !ct.IsCancellationRequested)
        {
            throw S3Errors.Explain(e, options, $"'{key}' cannot be deleted");
        }
    }

    /// <summary>Aborts uploads that began before an instant and were never finished; returns how many.</summary>
    public async Task<long> SweepAsync(DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        try
        {
            return await S3Leftovers.AbortAsync(_client, options, u => u.Before(before), dryRun, ct);
        }
        catch (Exception e) when (S3Errors.Concern(e) && !ct.IsCancellationRequested)
        {
            throw S3Errors.Explain(e, options, "its unfinished uploads cannot be removed");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <inheritdoc/>
    public override string ToString() => options.Place;

    async Task<ListObjectsV2Response> ListPageAsync(string prefix, string? next, CancellationToken ct)
    {
        try
        {
            return await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Bucket, Prefix = _prefix + prefix, ContinuationToken = next }, ct);
        }
        catch (Exception e) when (S3Errors.Concern(e) && !ct.IsCancellationRequested)
        {
            throw S3Errors.Explain(e, options, "its objects cannot be listed");
        }
    }

    // The version that was written to the file, or null where the known one still is the object. A body that breaks off is taken up where it broke.
    async Task<string?> DownloadAsync(string key, string? known, string path, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        string? version = null;
        for (var attempt = 1; ; attempt++)
            try
            {
                var request = new GetObjectRequest { BucketName = options.Bucket, Key = key };
                if (version is not null && file.Length > 0)
                    (request.EtagToMatch, request.ByteRange) = (version, new ByteRange(file.Length, long.MaxValue));
                else if (known is not null)
                    request.EtagToNotMatch = known;
                using var response = await _client.GetObjectAsync(request, ct);
                version = response.ETag;
                await CopyAsync(response, file, ct);
                return version;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotModified)
            {
                return null;
            }
            catch (Exception e) when ((e is HttpIOException or EndOfStreamException or TimeoutException || e is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed }) && attempt < FetchAttempts)
            {
                if (e is AmazonS3Exception)
                {
                    version = null; // it changed in between: from the start
                    file.SetLength(0);
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), clock, ct);
            }
    }

    async Task CopyAsync(GetObjectResponse response, FileStream file, CancellationToken ct)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var buffer = new byte[256 << 10];
        long left = response.ContentLength;
        try
        {
            while (left > 0)
            {
                silence.CancelAfter(options.Timeout);
                var read = await response.ResponseStream.ReadAsync(buffer, silence.Token);
                if (read == 0)
                    throw new EndOfStreamException($"{left} bytes of the object are missing");
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
                left -= read;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    static LocalCopy Keep(ref LocalCopy? held)
    {
        var copy = held!;
        held = null;
        return copy;
    }

    static LocalCopy Fresh(LocalCopy copy, ref LocalCopy? held)
    {
        held?.Dispose();
        held = null;
        return copy;
    }

    // A full disk is an IOException of the file system; one of the network comes with its own kind.
    static bool IsLocal(Exception e) => e is IOException and not (HttpIOException or EndOfStreamException) && e.InnerException is not System.Net.Sockets.SocketException;

    string FullKey(string key) => ObjectKey.Mistake(key) is { } mistake
        ? throw new PipelineException($"{options.Place}: no object can have the key '{(key.Length > 200 ? key[..200] + "…" : key)}': {mistake}")
        : _prefix + key;
}
