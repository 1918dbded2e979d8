using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cartage.Host.Socket;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;

namespace Cartage.Tests.Automation;

/// <summary>A server in a process of its own, at work, and signals to it and to who asks it.</summary>
public sealed class InterruptedServer : IAsyncDisposable
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    readonly TestProject _project = new TestProject()
        .Write("project.yml", "name: shop\n")
        .Write("pipelines/shop/pipeline.yml", "description: reads a program\n")
        .Write("pipelines/shop/feeds/program.yml", "command: [./export.sh]\nfeeds:\n  things:\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n")
        .Write("pipelines/shop/models/things_seen.sql", "/* ---\nkind: table\nkey: id\n--- */\nselect id from things\n")
        .Write("export.sh", "#!/bin/sh\necho began >> began\nwhile [ ! -f go ] && [ -f began ]; do sleep 0.1; done\necho '{\"id\":1}\n{\"id\":2}'\n");

    readonly List<Process> _started = [];

    public InterruptedServer()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_project.Root, "export.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public async ValueTask DisposeAsync()
    {
        _project.Write("go", "");
        foreach (var process in _started)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
        _project.Dispose();
    }

    [Fact]
    public async Task Ctrl_C_of_a_command_ends_its_run_at_the_server_which_goes_on()
    {
        await ServeAsync();
        var command = Start("run", "shop");
        await AtWorkAsync(1);
        await SignalAsync(command, "-INT");
        await command.WaitForExitAsync(Ct);

        Assert.Equal(130, command.ExitCode);
        Assert.Contains("extract", await command.StandardError.ReadToEndAsync(Ct), StringComparison.Ordinal); // progress came all the way
        Assert.Contains("cancelled", (await TypeAsync("ls", "runs")).Out, StringComparison.Ordinal);
        _project.Write("go", "");
        Assert.Equal(0, (await TypeAsync("run", "shop")).Code);
        Assert.Equal("n\n2\n", (await TypeAsync("query", "select count(*) as n from shop.things_seen", "--format", "csv")).Out);
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_rolls_back_what_runs_and_the_next_one_does_it()
    {
        var (first, url) = await ServeAsync();
        var token = (await TypeAsync("token", "add", "test", "--user", "admin", "--scope", "run")).Out.Trim();
        using var program = new HttpClient { BaseAddress = url, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        var run = (await Web.Served.JsonAsync(await program.PostAsJsonAsync("/api/runs", new { selector = "shop" }, Ct))).GetProperty("runs")[0].GetString()!;
        await AtWorkAsync(1);
        await SignalAsync(first, "-TERM");
        await first.WaitForExitAsync(Ct);
        Assert.Equal(0, first.ExitCode);
        Assert.Contains("queued", (await TypeAsync("ls", "runs")).Out, StringComparison.Ordinal);
        Assert.False(Directory.EnumerateFiles(Path.Combine(_project.Root, ".cartage"), "*.sock").Any());

        await ServeAsync();
        await AtWorkAsync(2);
        _project.Write("go", "");
        await Wait.UntilAsync(async () => (await TypeAsync("ls", "runs")).Out.Contains("succeeded", StringComparison.Ordinal));

        Assert.Equal([run], JsonDocument.Parse((await TypeAsync("ls", "runs", "--format", "json")).Out).RootElement.EnumerateArray().Select(x => x.GetProperty("run").GetString()));
    }

    [Fact]
    public async Task A_command_of_another_version_is_refused_and_told_which_one_holds_the_project()
    {
        await ServeAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath.Resolve(Path.Combine(_project.Root, ".cartage"))), Ct);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Protocol.Write(new Request("0.0.9", ["ls", "runs"], _project.Root, 80, false, false, false)) + "\n"), Ct);
        using var reader = new StreamReader(stream);

        Assert.Contains("this is cartage 0.0.9", await reader.ReadLineAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(1, Protocol.ReadReply((await reader.ReadLineAsync(Ct))!)!.Exit);
    }

    Task<Answer> TypeAsync(params string[] args) => Typed.InAsync(_project.Root, args);

    async Task<(Process Process, Uri Url)> ServeAsync()
    {
        var (process, said) = (Start("serve", "--url", "http://127.0.0.1:0"), "");
        while (await process.StandardError.ReadLineAsync(Ct) is { } line)
            if (line.StartsWith("Serving", StringComparison.Ordinal))
                return (process, new(line.Split(' ').First(x => x.StartsWith("http", StringComparison.Ordinal))));
            else
                said += line + "\n";
        throw new InvalidOperationException(said);
    }

    Process Start(params string[] args)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), args) { WorkingDirectory = _project.Root, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        _started.Add(process);
        process.BeginOutputReadLine();
        return process;
    }

    // The program that is the source writes a line each time it is asked.
    Task AtWorkAsync(int times)
    {
        var began = Path.Combine(_project.Root, "began");
        return Wait.UntilAsync(async () => File.Exists(began) && (await File.ReadAllLinesAsync(began, Ct)).Length >= times);
    }

    static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync(Ct);
    }
}
