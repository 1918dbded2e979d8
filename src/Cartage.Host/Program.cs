using Cartage.Host.Commands;
using Cartage.Host.Output;

namespace Cartage.Host;

/// <summary>The executable <c>cartage</c>.</summary>
public static class Program
{
    static async Task<int> Main(string[] args)
    {
        // A short command does without code made as it runs: a library's regular expression alone would take a twentieth of a second to compile. A server keeps what pays.
        if (!args.Any(a => a is "serve" or "up" or "demo"))
            AppContext.SetSwitch("System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported", false);
        var terminal = Terminal.OfProcess();
        using var interrupt = new Interrupt();
        return await RunAsync(args, terminal, interrupt.Token);
    }

    /// <summary>Runs one command line against a terminal and returns its exit code.</summary>
    public static Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken ct = default) =>
        CommandLine.RunAsync(args, new Shell(terminal, TimeProvider.System), ct);
}
