using System.Diagnostics;
using System.Runtime.InteropServices;
using Cartage.Tests.Cli;

namespace Cartage.Tests.Docs;

/// <summary>The program as docs/deploy.md says to publish it: compiled ahead, in one file, with a runtime of its own, it starts otherwise than one that is built.</summary>
public sealed class Publishing
{
    [Fact]
    public async Task The_documented_command_makes_a_program_that_needs_nothing_else()
    {
        if (Fence.Repository is not { } repository)
        {
            Assert.Skip("sources: the tests do not lie in a clone");
            return;
        }
        using EmptyFolder folder = new();
        var output = Path.Combine(folder.Path, "out");
        string[] typed = [.. Fence.Of(Path.Combine(repository, "docs", "deploy.md")).First(f => f.Language == "sh").Text.Trim().Split(' ')];
        Assert.Equal(["dotnet", "publish", "-r", "linux-x64", "-o", "out"], [.. typed[..2], .. typed[^4..]]);

        await RunAsync(repository, "dotnet", [.. typed[1..^3], RuntimeInformation.RuntimeIdentifier, "-o", output]);

        var program = Path.Combine(output, "cartage");
        Assert.StartsWith("cartage ", await RunAsync(folder.Path, program, "version"), StringComparison.Ordinal);
        Assert.Contains("net revenue", await RunAsync(folder.Path, program, "demo", "--no-serve"), StringComparison.Ordinal);
    }

    static async Task<string> RunAsync(string folder, string program, params string[] args)
    {
        ProcessStartInfo start = new(program, args) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (program == "dotnet")
            // Servers that a build leaves behind would hold its output open. The build of the tests has looked at the sources already.
            (start.Environment["MSBUILDDISABLENODEREUSE"], start.Environment["UseSharedCompilation"], start.Environment["RunAnalyzers"]) = ("1", "false", "false");
        else
            start.Environment["DOTNET_ROOT"] = folder; // no runtime is there
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)} ended with {process.ExitCode}:\n{await output}{await error}");
        return await output;
    }
}
