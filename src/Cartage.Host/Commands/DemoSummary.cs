using System.Data.Common;
using System.Globalization;
using Cartage.Host.Output;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Warehouses;
using Spectre.Console;

namespace Cartage.Host.Commands;

/// <summary>What the bike shop's tables say, what was set aside, and what to try next.</summary>
static class DemoSummary
{
    const string Totals =
        """
        SELECT sum(f.total_price_with_discount), count(DISTINCT f.order_id), sum(f.quantity), count(DISTINCT d.customer_id)
        FROM bike_store.fact_sales AS f LEFT JOIN bike_store.dim_customers AS d ON d.customer_key = f.customer_key
        """;

    const string ByStore =
        """
        SELECT d.store_name, sum(f.total_price_with_discount), count(DISTINCT f.order_id), sum(f.quantity)
        FROM bike_store.fact_sales AS f JOIN bike_store.dim_stores AS d ON d.store_key = f.store_key
        GROUP BY d.store_name ORDER BY 2 DESC
        """;

    public static async Task PrintAsync(Invocation on, Workspace workspace, IReadOnlyList<RunResult> results, string dir, CancellationToken ct)
    {
        var console = on.Terminal.Console(on.Terminal.Out);
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        foreach (var run in results)
            console.MarkupLine($"{RunSummary.Mark(run.State)} [bold]{Markup.Escape(run.Pipeline)}[/] {(RunSummary.IsUnchanged(run) ? "nothing changed" : Loaded(run))} [grey]in {Cell.Duration(run.Took)}, run {run.RunId}[/]");
        console.WriteLine();
        await FiguresAsync(console, connection, ct);
        await StoresAsync(on, console, connection, ct);
        console.WriteLine();
        await SetAsideAsync(on, console, workspace, connection, ct);
        if (results.Sum(x => x.Checks.Count) is > 0 and var checks)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Checks: {results.Sum(x => x.Checks.Count(c => c.Passed))} of {checks} passed"));
        foreach (var check in results.SelectMany(x => x.Checks).Where(x => !x.Passed))
            console.WriteLine($"  {check.Check.Severity.ToString().ToLowerInvariant()} {check.Check.Name}: {check.Message}");
        foreach (var report in results.Select(x => x.Report).OfType<string>())
            console.WriteLine($"Quality report: {on.Near(report)}");
        console.WriteLine();
        Try(console, dir);
    }

    static string Loaded(RunResult run) => $"{Opened.Count(run.Equations.Sum(x => x.Inserted + x.Updated), "row")} loaded, {Opened.Count(run.Tasks.Count(x => x is { Kind: "build", State: RunState.Succeeded or RunState.Quarantined }), "model")} built";

    static async Task FiguresAsync(IAnsiConsole console, DbConnection connection, CancellationToken ct)
    {
        var (net, orders, units, customers) = (await connection.QueryAsync(Totals, r => (Number(r, 0), Number(r, 1), Number(r, 2), Number(r, 3)), ct))[0];
        console.Write(Figures.Row(("net revenue", Money(net)), ("orders", Whole(orders)), ("units sold", Whole(units)), ("average order", Money(orders == 0 ? 0 : net / orders)), ("customers", Whole(customers))));
    }

    static async Task StoresAsync(Invocation on, IAnsiConsole console, DbConnection connection, CancellationToken ct)
    {
        var stores = await connection.QueryAsync(ByStore, r => (Name: r.GetString(0), Net: Number(r, 1), Orders: Number(r, 2), Units: Number(r, 3)), ct);
        var most = stores.Select(x => x.Net).DefaultIfEmpty(1).Max();
        var table = new Spectre.Console.Table { Border = on.Terminal.OutIsTerminal ? TableBorder.Simple : TableBorder.None }
            .AddColumn("store").AddColumn(new TableColumn("net revenue").RightAligned()).AddColumn(new TableColumn("orders").RightAligned()).AddColumn(new TableColumn("units").RightAligned()).AddColumn("");
        foreach (var x in stores)
            table.AddRow(new Text(x.Name), new Text(Money(x.Net)), new Text(Whole(x.Orders)), new Text(Whole(x.Units)), new Markup($"[green]{new string('█', (int)Math.Round(x.Net / Math.Max(most, 1) * 24))}[/]"));
        console.Write(table);
    }

    static async Task SetAsideAsync(Invocation on, IAnsiConsole console, Workspace workspace, DbConnection connection, CancellationToken ct)
    {
        List<(string Feed, string Rules, long Rows)> reasons = [];
        foreach (var feed in workspace.Project.Pipelines.SelectMany(x => x.Feeds))
            reasons.AddRange((await QuarantineTable.CountAsync(connection, workspace.Warehouse.Dialect, feed, ct)).Select(x => (feed.Name, string.Join(" and ", x.Rules.Split(',').Distinct()), x.Rows)));
        if (reasons.Count == 0)
            return;
        console.MarkupLine($"[yellow]Set aside[/] {Opened.Count(reasons.Sum(x => x.Rows), "row")} that broke a rule; nothing is lost:");
        Output.Grid grid = new("feed", "rows", "why");
        foreach (var feed in reasons.GroupBy(x => x.Feed))
            grid.Add(feed.Key, feed.Sum(x => x.Rows), string.Join(", ", feed.Select(x => FormattableString.Invariant($"{x.Rows} {x.Rules.Replace('_', ' ')}"))));
        on.Terminal.Print(grid, Format.Table);
    }

    static void Try(IAnsiConsole console, string dir)
    {
        console.MarkupLine("[bold]Try next[/]");
        // The script that builds and runs says what it is called here.
        var program = Environment.GetEnvironmentVariable("CARTAGE_COMMAND") ?? "cartage";
        (string Command, string What)[] next =
        [
            ("run", "again: nothing changed, at once"),
            ("quarantine show orders", "rows set aside, with reason and place"),
            ("query \"from sales_by_month\"", "ask the tables"),
            ("lineage fact_sales", "where a table comes from"),
            ("explain fact_sales", "what it is, and when it was built"),
        ];
        var width = next.Max(x => x.Command.Length) + program.Length + dir.Length + 14;
        foreach (var (command, what) in next)
            Line(console, $"{program} {command} --project {dir}", what, width);
        console.WriteLine();
        Line(console, $"{dir}/pipelines/bike-store", "SQL and YAML, yours to change", width);
    }

    static void Line(IAnsiConsole console, string left, string right, int width) =>
        console.MarkupLine($"  [aqua]{Markup.Escape(left)}[/]{new string(' ', Math.Max(2, width - left.Length))}[grey]{Markup.Escape(right)}[/]");

    static decimal Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? 0 : decimal.Parse(Cell.Text(reader.GetValue(column)), NumberStyles.Number, CultureInfo.InvariantCulture);

    static string Money(decimal x) => x.ToString("N2", CultureInfo.InvariantCulture);

    static string Whole(decimal x) => x.ToString("N0", CultureInfo.InvariantCulture);
}
