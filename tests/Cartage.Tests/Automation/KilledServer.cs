using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;

namespace Cartage.Tests.Automation;

/// <summary>A server that runs by itself, killed at work and started again: every file gets in, none twice.</summary>
public sealed partial class KilledServer
{
    const int Files = 60;

    [Theory]
    [InlineData("land.object#5"), InlineData("before-commit"), InlineData("committed")]
    public async Task Loses_no_object_that_came_before_while_or_after(string failpoint)
    {
        using var project = SmallShop.Create().Write("project.yml", "name: small\n").Write("pipelines/shop/pipeline.yml", "triggers: [ { object_created: 'in/*.csv' } ]\n").Write("in/customers.csv", "customer_id,name,is_active\n1,Ann,Y\n");
        for (var n = 0; n < Files; n++)
            WriteOrder(project, n);
        using (var first = Start(project, failpoint))
        {
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, first.ExitCode);
        }
        for (var n = Files; n < 2 * Files; n++)
            WriteOrder(project, n); // while it is down
        using var second = Start(project, null);
        try
        {
            await ServingAsync(second);
            WriteOrder(project, 2 * Files);
            await UntilAsync(project, 2 * Files + 1);
            Assert.InRange(Regex.Count(await EndedRunsAsync(project), "\"pipeline\""), 1, 6);
        }
        finally
        {
            second.Kill();
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    static void WriteOrder(TestProject project, int n) => project.Write($"in/orders-{n}.csv", $"order_id,customer_id,order_date,amount\n{n},1,2026-03-01,5\n");

    static Process Start(TestProject project, string? failpoint)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), ["serve", "--url", "http://127.0.0.1:0", "--project", project.Root]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (failpoint is not null)
            start.Environment["CARTAGE_FAILPOINT"] = failpoint;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    static async Task ServingAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith("Serving", StringComparison.Ordinal))
                return;
        Assert.Fail("the server did not start");
    }

    // The server's runs end when they end: the table is asked through it until all is there, and must not have more.
    static async Task UntilAsync(TestProject project, int rows)
    {
        var (seen, error) = (-1, "");
        await Wait.UntilAsync(async () =>
        {
            var answer = await Typed.InAsync(project.Root, "query", "select count(*) as n from shop.fact_orders", "--format", "csv");
            (seen, error) = (answer.Code == 0 ? int.Parse(Digits().Match(answer.Out).Value, CultureInfo.InvariantCulture) : -1, answer.Error);
            Assert.True(seen <= rows, $"{seen} of {rows}");
            return seen == rows;
        }, () => Task.FromResult($"{seen} of {rows}: {error}"));
    }

    // A run that is asked for twice may still be waiting, to find that nothing is left to do; none waits for ever.
    static async Task<string> EndedRunsAsync(TestProject project)
    {
        var runs = "";
        await Wait.UntilAsync(async () =>
        {
            runs = (await Typed.InAsync(project.Root, "ls", "runs", "--format", "json")).Out;
            return !runs.Contains("\"queued\"", StringComparison.Ordinal) && !runs.Contains("\"running\"", StringComparison.Ordinal);
        }, () => Task.FromResult(runs));
        return runs;
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
