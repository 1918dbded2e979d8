using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cartage.Host.Commands;
using Cartage.Host.Output;
using NetSocket = System.Net.Sockets.Socket;

namespace Cartage.Host.Socket;

/// <summary>Answers the questions of other processes about the project this one holds.</summary>
sealed class Server : IAsyncDisposable
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(100);

    readonly CancellationTokenSource _closing = new();
    readonly NetSocket _socket;
    readonly Func<NetSocket, CancellationToken, ValueTask<NetSocket>> _accept;
    readonly string _stateFolder;
    readonly Shell _shell;
    readonly Task _accepting;
    readonly List<Task> _answering = [];

    Server(NetSocket socket, Func<NetSocket, CancellationToken, ValueTask<NetSocket>> accept, string stateFolder, Shell shell)
    {
        (_socket, _accept, _stateFolder, _shell) = (socket, accept, stateFolder, shell);
        _accepting = AcceptAsync();
    }

    /// <summary>Listens, for the owner only; none where sockets are not to be had, which costs others the look but not this process its work.</summary>
    public static Server? TryStart(string stateFolder, Shell shell, Func<NetSocket, CancellationToken, ValueTask<NetSocket>>? accept = null)
    {
        var socket = new NetSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var path = SocketPath.Claim(stateFolder);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen();
            return new(socket, accept ?? ((x, ct) => x.AcceptAsync(ct)), stateFolder, shell);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _accepting;
        Task answers;
        lock (_answering)
            answers = Task.WhenAll(_answering);
        // Who follows a run sees its end; who asked for more than that is cut off.
        await Task.WhenAny(answers, Task.Delay(Grace, _shell.Clock));
        await _closing.CancelAsync();
        await answers;
        SocketPath.Release(_stateFolder);
        _closing.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                if (await NextAsync() is { } client)
                    lock (_answering)
                    {
                        _answering.RemoveAll(x => x.IsCompleted);
                        _answering.Add(AnswerAsync(client));
                    }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            return;
        }
    }

    // None where something is lacking, such as files that may be open; a little later there may be some.
    async Task<NetSocket?> NextAsync()
    {
        try
        {
            return await _accept(_socket, _closing.Token);
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.OperationAborted)
        {
            await Task.Delay(Pause, _shell.Clock);
            return null;
        }
    }

    async Task AnswerAsync(NetSocket client)
    {
        await Task.Yield();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using StreamReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
            await using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { AutoFlush = true, NewLine = "\n" };
            if (await reader.ReadLineAsync(left.Token) is not { } line || Protocol.ReadRequest(line) is not { } request)
                return;
            var gone = WatchAsync(reader, left);
            var code = await RunAsync(request, writer, left.Token);
            lock (writer)
                writer.WriteLine(Protocol.Write(new Reply(Exit: code)));
            await left.CancelAsync();
            await gone;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or JsonException)
        {
            // The one who asked went away; what this process does goes on.
            return;
        }
    }

    // A client sends nothing after its request, so whatever ends this read means that it left.
    static async Task WatchAsync(StreamReader reader, CancellationTokenSource left)
    {
        try
        {
            await reader.ReadLineAsync(left.Token);
            await left.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            return;
        }
    }

    async Task<int> RunAsync(Request request, StreamWriter writer, CancellationToken ct)
    {
        Terminal terminal = new(new Pipe(writer, x => new Reply(Out: x)), new Pipe(writer, x => new Reply(Error: x)))
        {
            Width = request.Width,
            OutIsTerminal = request.OutIsTerminal,
            ErrorIsTerminal = request.ErrorIsTerminal,
            Color = request.Color,
        };
        if (request.Version != VersionCommand.Version)
        {
            terminal.Error.WriteLine($"The project is in use by cartage {VersionCommand.Version}; this is cartage {request.Version}. Wait for it to end, or use the same version.");
            return ExitCode.Failed;
        }
        return await CommandLine.RunAsync(request.Args, _shell with { Terminal = terminal, Folder = request.Folder }, ct);
    }

    sealed class Pipe(StreamWriter target, Func<string, Reply> wrap) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        [AllowNull]
        public override string NewLine { get => "\n"; set => throw new NotSupportedException(); }

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(string? value)
        {
            if (string.IsNullOrEmpty(value))
                return;
            lock (target)
                target.WriteLine(Protocol.Write(wrap(value)));
        }

        public override void WriteLine(string? value) => Write(value + "\n");
    }
}
