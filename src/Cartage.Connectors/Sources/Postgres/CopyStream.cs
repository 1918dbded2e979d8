using Npgsql;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>The bytes of a COPY as the server sends them; its session ends with it, and what breaks it is said in words.</summary>
sealed class CopyStream : Stream
{
    readonly NpgsqlRawCopyStream _bytes;
    readonly IDisposable _copy;
    readonly Session _session;
    readonly Func<Exception, PipelineException> _explain;
    readonly CancellationToken _ct;
    readonly CancellationTokenRegistration _cancel;

    CopyStream(StreamReader copy, Session session, Func<Exception, PipelineException> explain, CancellationToken ct)
    {
        (_bytes, _copy, _session, _explain, _ct) = ((NpgsqlRawCopyStream)copy.BaseStream, copy, session, explain, ct);
        _cancel = ct.Register(_bytes.Cancel);
    }

    /// <summary>Starts a COPY that is stopped when the token is cancelled.</summary>
    public static async Task<CopyStream> OpenAsync(Session session, string copy, Func<Exception, PipelineException> explain, CancellationToken ct) =>
        new((StreamReader)await session.Connection.BeginTextExportAsync(copy, ct), session, explain, ct);

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            _ct.ThrowIfCancellationRequested();
            return await Task.Run(() => Fill(buffer.Span), CancellationToken.None);
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            _ct.ThrowIfCancellationRequested();
            throw _explain(e);
        }
    }

    // The server sends a row at a time, and an asynchronous read of each would cost more than the row: as many as there is room for are taken at once.
    int Fill(Span<byte> buffer)
    {
        var (filled, read) = (0, 1);
        while (read > 0 && filled < buffer.Length)
            filled += read = _bytes.Read(buffer[filled..]);
        return filled;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _cancel.DisposeAsync();
            _copy.Dispose();
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            // it was cut off; reading it said so
        }
        finally
        {
            await _session.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
