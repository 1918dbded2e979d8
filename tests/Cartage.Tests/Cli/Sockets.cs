using System.Net.Sockets;
using Cartage.Host;
using Cartage.Host.Output;
using Cartage.Host.Socket;
using Cartage.Tests.Support;

namespace Cartage.Tests.Cli;

public sealed class Sockets
{
    [Theory]
    [InlineData(1)]
    [InlineData(120)]
    public async Task Carry_a_command_to_the_holder_and_its_answer_back(int length)
    {
        using EmptyFolder folder = new();
        var state = Directory.CreateDirectory(Path.Combine(folder.Path, new string('x', length))).FullName;
        await using (var server = Server.TryStart(state, Shell(TextWriter.Null, TextWriter.Null)))
        {
            Assert.NotNull(server);
            using StringWriter output = new();
            using StringWriter error = new();

            Assert.Equal(0, await Client.AskAsync(state, Shell(output, error) with { Args = ["version", "--format", "json"] }, CancellationToken.None));
            Assert.StartsWith("{\"version\":", output.ToString(), StringComparison.Ordinal);
            Assert.Equal(2, await Client.AskAsync(state, Shell(output, error) with { Args = ["vrsion"] }, CancellationToken.None));
            Assert.Contains("Did you mean 'version'?", error.ToString(), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? UnixFileMode.UserRead | UnixFileMode.UserWrite : File.GetUnixFileMode(SocketPath.Resolve(state)));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(state));
    }

    [Fact]
    public async Task Answer_after_a_time_when_nobody_could_be_let_in()
    {
        using EmptyFolder folder = new();
        var (clock, refused) = (new FakeClock("2026-03-05T12:00Z"), 0);
        await using var server = Server.TryStart(folder.Path, Shell(TextWriter.Null, TextWriter.Null) with { Clock = clock }, (socket, ct) => ++refused <= 3 ? throw new SocketException((int)SocketError.TooManyOpenSockets) : socket.AcceptAsync(ct));
        var asked = Client.AskAsync(folder.Path, Shell(TextWriter.Null, TextWriter.Null) with { Args = ["version"] }, CancellationToken.None);

        for (var pause = 1; pause <= 3; pause++)
        {
            Assert.Equal(pause, refused); // it does not try again before it has waited
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Wait.UntilAsync(() => Task.FromResult(refused > pause));
        }
        Assert.Equal(0, await asked.WaitAsync(Wait.Longest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Say_that_nobody_listens()
    {
        using EmptyFolder folder = new();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "cartage.sock"), "left behind", CancellationToken.None);

        Assert.Null(await Client.AskAsync(folder.Path, Shell(TextWriter.Null, TextWriter.Null), CancellationToken.None));
    }

    [Fact]
    public async Task Take_the_place_of_one_left_behind()
    {
        using EmptyFolder folder = new();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "cartage.sock"), "left behind", CancellationToken.None);

        await using var server = Server.TryStart(folder.Path, Shell(TextWriter.Null, TextWriter.Null));

        Assert.NotNull(server);
        Assert.Equal(0, await Client.AskAsync(folder.Path, Shell(TextWriter.Null, TextWriter.Null) with { Args = ["version"] }, CancellationToken.None));
    }

    [Fact]
    public async Task Say_that_the_holder_was_killed_amid_its_answer()
    {
        using EmptyFolder folder = new();
        using var holder = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        holder.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(SocketPath.Claim(folder.Path)));
        holder.Listen();
        using StringWriter output = new();
        var asked = Client.AskAsync(folder.Path, Shell(output, TextWriter.Null) with { Args = ["ls"] }, CancellationToken.None);
        using (var client = await holder.AcceptAsync(TestContext.Current.CancellationToken))
        {
            await client.ReceiveAsync(new byte[1000], TestContext.Current.CancellationToken);
            await client.SendAsync("{\"out\":\"one\"}\n{\"out\":\"tw"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        Assert.Contains("ended before it had answered", (await Assert.ThrowsAsync<PipelineException>(() => asked)).Message, StringComparison.Ordinal);
        Assert.Equal("one", output.ToString());
    }

    static Shell Shell(TextWriter output, TextWriter error) => new(new Terminal(output, error), TimeProvider.System);
}
