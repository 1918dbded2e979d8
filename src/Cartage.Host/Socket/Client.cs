using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cartage.Host.Commands;
using NetSocket = System.Net.Sockets.Socket;

namespace Cartage.Host.Socket;

/// <summary>Asks the process that holds a project.</summary>
static class Client
{
    /// <summary>Has the holder run the command and prints what it answers; null when nobody listens or the answer was cut off before it began.</summary>
    public static async Task<int?> AskAsync(string stateFolder, Shell shell, CancellationToken ct)
    {
        var terminal = shell.Terminal;
        using var socket = new NetSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath.Resolve(stateFolder)), ct);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
        await using var stream = new NetworkStream(socket);
        var said = false;
        try
        {
            var request = new Request(VersionCommand.Version, [.. shell.Args], shell.Folder, terminal.Width, terminal.OutIsTerminal, terminal.ErrorIsTerminal, terminal.Color);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Protocol.Write(request) + "\n"), ct);
            using StreamReader reader = new(stream, Encoding.UTF8);
            // Ctrl-C here is Ctrl-C there: the holder ends the command and still says what it came to.
            await using var interrupted = ct.Register(() => socket.Shutdown(SocketShutdown.Send));
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            {
                var reply = Protocol.ReadReply(line);
                if (reply?.Exit is { } code)
                    return code;
                said = true;
                await terminal.Out.WriteAsync(reply?.Out);
                await terminal.Error.WriteAsync(reply?.Error);
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // it was cut off, perhaps amid a line
        }
        return said ? throw new PipelineException("The process that holds the project ended before it had answered.", hint: "Try again.") : null;
    }
}
