using System.Diagnostics;

namespace Cartage.Tests.Cli;

public sealed class Executable : IDisposable
{
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Prints_its_version() => Assert.StartsWith("cartage ", (await RunAsync("version")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Runs_a_project_and_exits_with_its_code()
    {
        var run = await RunAsync("run", "--strict");
        var query = await RunAsync("query", "select count(*) as n from shop.sales", "--format", "csv");

        Assert.Equal(5, run.Code);
        Assert.Equal((0, "n\n99\n", ""), (query.Code, query.Out, query.Error));
        Assert.DoesNotContain('\u001b', run.Out + run.Error);
    }

    [Fact]
    public async Task Exits_with_2_for_a_wrong_command() => Assert.Equal(2, (await RunAsync("rnu")).Code);

    [Fact]
    public async Task Says_what_it_does_while_it_does_it_into_a_file_too()
    {
        using var process = Start("gen", "seller-api", "--port", "0");
        try
        {
            Assert.StartsWith("Serving on http://127.0.0.1:", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Support.Wait.Longest), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    Process Start(params string[] args)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "cartage.exe" : "cartage");
        return Process.Start(new ProcessStartInfo(program, args) { WorkingDirectory = _shop.Path, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
    }

    async Task<Answer> RunAsync(params string[] args)
    {
        using var process = Start(args);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }
}
