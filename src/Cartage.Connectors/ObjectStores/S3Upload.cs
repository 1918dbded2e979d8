using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;

namespace Cartage.Connectors.ObjectStores;

/// <summary>Puts one object: whole where it fits into one part, else in parts that become visible together; what fails is aborted, and so is what a killed process left behind.</summary>
sealed class S3Upload(AmazonS3Client client, S3Options options, TimeProvider clock, string key)
{
    const int AtOnce = 3, GrowEvery = 1000;

    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public async Task RunAsync(Stream content, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(options.PartBytes);
        var first = await ReadAsync(content, buffer, options.PartBytes, ct);
        if (first < options.PartBytes)
            try
            {
                await client.PutObjectAsync(new PutObjectRequest { BucketName = options.Bucket, Key = key, InputStream = new MemoryStream(buffer, 0, first), UseChunkEncoding = false }, ct);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        else
            await InPartsAsync(content, buffer, first, ct);
    }

    async Task InPartsAsync(Stream content, byte[] buffer, int length, CancellationToken ct)
    {
        await SweepAsync(ct);
        var upload = (await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key }, ct)).UploadId;
        List<Task<PartETag>> sending = [];
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var slots = new SemaphoreSlim(AtOnce);
        var total = 0L;
        try
        {
            for (var number = 1; length > 0; number++)
            {
                await slots.WaitAsync(failed.Token);
                total += length;
                sending.Add(SendAsync(upload, number, buffer, length, slots, failed));
                // Ten thousand parts are the most: they grow, so that an object of any size fits.
                var size = options.PartBytes * (1 + number / GrowEvery);
                buffer = ArrayPool<byte>.Shared.Rent(size);
                length = await ReadAsync(content, buffer, size, failed.Token);
            }
            var parts = await Task.WhenAll(sending);
            Failpoint.Reach("s3.complete");
            await CompleteAsync(new() { BucketName = options.Bucket, Key = key, UploadId = upload, PartETags = [.. parts] }, total, ct);
        }
        catch (Exception first)
        {
            await failed.CancelAsync();
            var error = await FirstAsync(sending) ?? first;
            await AbortAsync(key, upload);
            if (error != first)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    // Where the answer was lost and the client asked again, the upload is over: then the object is there.
    async Task CompleteAsync(CompleteMultipartUploadRequest request, long bytes, CancellationToken ct)
    {
        try
        {
            await client.CompleteMultipartUploadAsync(request, ct);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
        {
            if ((await client.GetObjectMetadataAsync(options.Bucket, key, ct)).ContentLength != bytes)
                throw;
        }
    }

    async Task<PartETag> SendAsync(string upload, int number, byte[] buffer, int length, SemaphoreSlim slots, CancellationTokenSource failed)
    {
        try
        {
            var sent = await client.UploadPartAsync(
                new UploadPartRequest { BucketName = options.Bucket, Key = key, UploadId = upload, PartNumber = number, PartSize = length, InputStream = new MemoryStream(buffer, 0, length), UseChunkEncoding = false },
                failed.Token);
            Failpoint.Reach("s3.part");
            return new(number, sent.ETag);
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            slots.Release();
        }
    }

    // What made the others stop, rather than that they were stopped.
    static async Task<Exception?> FirstAsync(List<Task<PartETag>> sending)
    {
        foreach (var part in sending)
            try
            {
                await part;
            }
            catch (OperationCanceledException)
            {
                // stopped because of another one
            }
            catch (Exception e)
            {
                return e;
            }
        return null;
    }

    // One process owns a project's keys: an unfinished upload of the same key was left by one that was killed, and so is any that is a day old.
    async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            var before = clock.GetUtcNow() - Abandoned;
            await S3Leftovers.AbortAsync(client, options, u => u.Key == key || u.Before(before), dryRun: false, ct);
        }
        catch (AmazonS3Exception)
        {
            // not permitted to look: the bucket's own rules clean up
        }
    }

    async Task AbortAsync(string name, string upload)
    {
        try
        {
            await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = name, UploadId = upload }, CancellationToken.None);
        }
        catch (Exception e) when (S3Errors.Concern(e))
        {
            // the next large put of this key ends it
        }
    }

    static async Task<int> ReadAsync(Stream content, byte[] buffer, int size, CancellationToken ct) => await content.ReadAtLeastAsync(buffer.AsMemory(0, size), size, throwOnEndOfStream: false, ct);
}
