namespace Cartage.Connectors.Sources.Postgres;

/// <summary>The bytes of a COPY as the server sends them; its session ends with it, and what breaks it is said in words.</summary>
sealed class CopyStream(Stream bytes, IDisposable copy, Session session, Func<Exception, PipelineException> explain) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await bytes.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            throw explain(e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => bytes.Read(buffer, offset, count);
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            copy.Dispose();
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            // it was cut off; reading it said so
        }
        finally
        {
            await session.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
