using Cartage.Host.Serving;
using Cartage.Host.Socket;

namespace Cartage.Host.Commands;

static class ServeCommand
{
    public static Verb Create(Shell shell)
    {
        ServeArguments arguments = new();
        return new Verb("serve", "Run the server: pages, API, the queue of runs; for a machine that runs it unattended",
            ["cartage serve", "cartage serve --url http://127.0.0.1:9000", "cartage serve --url https://0.0.0.0:8443 --tls shop.pem --host data.example.com", "cartage serve --url http://0.0.0.0:8080 --tls proxy --host data.example.com"],
            arguments.Symbols)
            .Does(shell, (on, ct) => RunAsync(on, arguments, _ => Task.CompletedTask, ct));
    }

    /// <summary>Serves until it is interrupted; <paramref name="started"/> is told the address to go to.</summary>
    public static async Task<int> RunAsync(Invocation on, ServeArguments arguments, Func<string, Task> started, CancellationToken ct)
    {
        var options = arguments.Options(on);
        if (await on.LoadAsync(on.Value(arguments.Env), on.Value(arguments.Variables)!, ct) is not { } project)
            return ExitCode.Wrong;
        if (on.Shell.Session?.Desk is { } desk)
        {
            on.Say($"It is served already, by process {Environment.ProcessId}. To go in, once and within the hour:");
            await on.Terminal.Out.WriteLineAsync(await desk.EntryForAsync(desk.FirstAdmin, ct));
            return ExitCode.Succeeded;
        }
        await using var session = await on.OpenAsync(project, ct, serves: true);
        return await RunAsync(on, session, arguments, options, started, ct);
    }

    /// <summary>The same over a session that is open already.</summary>
    public static async Task<int> RunAsync(Invocation on, Session session, ServeArguments arguments, ServeOptions options, Func<string, Task> started, CancellationToken ct)
    {
        await using var running = await Running.StartAsync(session, stop => on.ReadAsync(on.Value(arguments.Env), on.Value(arguments.Variables)!, stop), options, on.Terminal, ct);
        on.Say($"Serving {session.Workspace.Project.Name} at {running.Url} (stop with Ctrl-C)");
        var entry = await running.Desk.EntryForAsync(running.Desk.FirstAdmin, ct);
        if (!running.Desk.Accounts.HasAdminPassword)
            on.Say($"No admin has a password yet. To go in, once and within the hour:\n  {entry}");
        await on.Terminal.Error.FlushAsync(ct);
        await started(entry);
        // What reading the project and its history took is not needed again: a server that waits should be small.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, on.Shell.Clock, ct);
        }
        catch (OperationCanceledException)
        {
            on.Say("Stopping: what runs is rolled back and runs again at the next start.");
        }
        return ExitCode.Succeeded;
    }
}
