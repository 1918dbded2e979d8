using System.Diagnostics;

namespace Cartage.Connectors.Sources;

/// <summary>What a program writes, as a stream whose end is reached only where the program ended well; closed early, the program and its children are killed.</summary>
sealed class CommandOutput : Stream
{
    const int LastLines = 20;

    static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    readonly Process _process;
    readonly string _what;
    readonly TimeSpan? _timeout;
    readonly CancellationTokenSource? _timer;
    readonly Queue<string> _last = new();
    readonly TimeProvider _clock;
    readonly Task _errors;

    public CommandOutput(Process process, string what, TimeSpan? timeout, IProgress<string>? notes, TimeProvider clock)
    {
        (_process, _what, _timeout, _clock) = (process, what, timeout, clock);
        _timer = timeout is { } limit ? new(limit, clock) : null;
        _errors = ListenAsync(notes);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer?.Token ?? CancellationToken.None);
        try
        {
            var read = await _process.StandardOutput.BaseStream.ReadAsync(buffer, limit.Token);
            if (read == 0 && buffer.Length > 0)
                await EndAsync(limit.Token);
            return read;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Kill();
            throw new PipelineException($"{_what} took longer than its timeout of {_timeout}; it was killed{Said()}", isTransient: true, hint: "Raise 'timeout' of the feed, or let the program do less.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Kill();
            _process.Dispose();
            _timer?.Dispose();
        }
        base.Dispose(disposing);
    }

    async Task EndAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct);
        await Task.WhenAny(_errors, Task.Delay(LastWords, _clock, ct)); // what it left running may hold on to its standard error
        if (_process.ExitCode != 0)
            throw new PipelineException($"{_what} ended with exit code {_process.ExitCode}{Said()}", isTransient: true, hint: "Nothing of what it wrote was landed. Run the command by hand to see what is wrong.");
    }

    async Task ListenAsync(IProgress<string>? notes)
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync() is { } line)
            {
                var told = line.Length > 2000 ? line[..2000] + "…" : line;
                lock (_last)
                {
                    _last.Enqueue(told);
                    if (_last.Count > LastLines)
                        _last.Dequeue();
                }
                notes?.Report(told);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // the program was killed
        }
    }

    string Said()
    {
        lock (_last)
            return _last.Count > 0 ? ": " + string.Join('\n', _last) : "";
    }

    void Kill()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // it ended by itself
        }
    }
}
