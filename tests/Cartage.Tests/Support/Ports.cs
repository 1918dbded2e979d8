using System.Net;
using System.Net.Sockets;

namespace Cartage.Tests.Support;

/// <summary>
/// Free ports of 127.0.0.1 for servers that cannot take any. A port that the system hands out may be handed to a connection before the server has it, or while the server is started anew;
/// these lie below its range, and no two of this process are the same.
/// </summary>
static class Ports
{
    const int First = 12_000, Last = 32_000;

    static int _next = Random.Shared.Next(First, Last); // another process begins elsewhere

    public static int Free()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) - First) % (Last - First);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                continue; // somebody has it
            }
        }
    }
}
