using Cartage.Host;
using Cartage.Host.Output;

namespace Cartage.Tests.Cli;

/// <summary>What a command line answered.</summary>
public sealed record Answer(int Code, string Out, string Error);

/// <summary>Types commands, with nobody looking at the output.</summary>
public static class Typed
{
    public static Task<Answer> InAsync(string folder, params string[] args) => AtAsync(TimeProvider.System, folder, args);

    public static Task<Answer> AtAsync(TimeProvider clock, string folder, params string[] args) => RunAsync(folder, x => x, clock, args);

    public static Task<Answer> OnTerminalAsync(string folder, params string[] args) =>
        RunAsync(folder, x => x with { OutIsTerminal = true, Color = false, Width = 100 }, TimeProvider.System, args);

    static async Task<Answer> RunAsync(string folder, Func<Terminal, Terminal> look, TimeProvider clock, string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        var shell = new Shell(look(new(output, error)), clock) { Folder = folder };
        var code = await Host.Commands.CommandLine.RunAsync(args, shell, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }
}
