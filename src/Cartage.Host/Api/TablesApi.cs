using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Cartage.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cartage.Host.Api;

/// <summary>Tables, queries and reports: only looked at.</summary>
static class TablesApi
{
    const int MostRows = 10_000, MostSampled = 1000;

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/tables", Scope.Read, "Every table with its rows, and when a model was last built.", ListTables),
        new("GET", "/api/tables/{schema}/{table}", Scope.Read, "One table: columns with where they come from, lineage, and its SQL.", GetTable),
        new("GET", "/api/tables/{schema}/{table}/rows", Scope.Read, "Some of its rows.", SampleTable),
        new("GET", "/api/tables/{schema}/{table}/profile", Scope.Read, "What its columns hold, as the newest run saw it, or 'now'.", ProfileTable),
        new("GET", "/api/tables/{schema}/{table}/counts", Scope.Read, "How many rows it had after each of the last runs.", ListCounts),
        new("GET", "/api/tables/{schema}/{table}/objects", Scope.Read, "The objects in the raw zone that a feed's table was loaded from, newest first.", ListObjects),
        new("POST", "/api/sql", Scope.Read, "One SELECT, read-only, at most 30 seconds; who hangs up stops it.", QueryTables),
        new("POST", "/api/sql/csv", Scope.Read, "The same as CSV, formulas made harmless.", QueryTablesAsCsv) { Answers = "text/csv" },
        new("GET", "/api/reports/{run}", Scope.Read, "A run's quality report.", GetReport),
    ];

    static async Task<IEnumerable<ListedTable>> ListTables(Desk desk, CancellationToken ct)
    {
        var built = await TableHistory.LastBuiltAsync(desk.Workspace, ct);
        return (await TableInfo.ListAsync(desk.Workspace, ct)).Select(x => new ListedTable(Describe(x)) { LastBuilt = built.GetValueOrDefault((x.Pipeline.Name, x.Table.Name)) });
    }

    static async Task<TableDetails> GetTable(HttpContext context, Desk desk, string schema, string table, CancellationToken ct)
    {
        var info = await FindAsync(desk, schema, table, ct);
        var (masking, lineage) = (await desk.MaskingAsync(context.User, ct), await desk.LineageAsync(ct));
        var (reads, readBy) = lineage.Around(info);
        return new(Describe(info))
        {
            File = info.File,
            Sql = info.Model?.Sql.Trim(),
            Columns = [.. (await TableContents.ColumnsAsync(desk.Workspace, info, ct)).Select(x =>
                new ColumnAnswer(x.Name, x.Type, info.Meaning(x.Name), masking.HidesColumn(info.Table, x.Name), [.. lineage.From(info, x.Name).Select(f => $"{f.Table}.{f.Column}")]))],
            Reads = [.. reads.Select(x => x.ToString())],
            ReadBy = [.. readBy.Select(x => x.ToString())],
        };
    }

    static async Task<RowSet> SampleTable(HttpContext context, Desk desk, string schema, string table, int? limit, CancellationToken ct) =>
        await TableContents.SampleAsync(desk.Workspace, await FindAsync(desk, schema, table, ct), Math.Clamp(limit ?? 20, 1, MostSampled), await desk.MaskingAsync(context.User, ct), ct);

    static async Task<ProfileAnswer> ProfileTable(HttpContext context, Desk desk, string schema, string table, bool? now, CancellationToken ct)
    {
        var (profile, run) = await TableContents.ProfileAsync(desk.Workspace, await FindAsync(desk, schema, table, ct), now == true, await desk.MaskingAsync(context.User, ct), ct);
        return new(run, profile?.Rows, [.. (profile?.Columns ?? []).Select(x => new ColumnFigures(x.Name, x.Type, x.Nulls, x.About ? null : x.Distinct, x.Min, x.Max, x.Mean))]);
    }

    static async Task<IEnumerable<RowsAt>> ListCounts(Desk desk, string schema, string table, CancellationToken ct) =>
        (await TableHistory.RowsAsync(desk.Store, await FindAsync(desk, schema, table, ct), ct)).Select(x => new RowsAt(x.At, (long)x.Rows));

    static async Task<IEnumerable<ObjectAnswer>> ListObjects(Desk desk, string schema, string table, int? limit, CancellationToken ct) =>
        (await TableHistory.ObjectsAsync(desk.Workspace, await FindAsync(desk, schema, table, ct), Math.Clamp(limit ?? 50, 1, MostRows), ct)).Select(x => new ObjectAnswer(x.Object, x.Bytes, x.Status, x.Reason, x.Run, x.At));

    static Task<RowSet> QueryTables(HttpContext context, Desk desk, [FromBody] SqlBody body, CancellationToken ct) => AskAsync(context, desk, body, MostRows, ct);

    static async Task<IResult> QueryTablesAsCsv(HttpContext context, Desk desk, [FromBody] SqlBody body, CancellationToken ct) => Results.Text(SqlConsole.Csv(await AskAsync(context, desk, body, Files.MostRows, ct)), "text/csv; charset=utf-8");

    static async Task<RowSet> AskAsync(HttpContext context, Desk desk, SqlBody body, int most, CancellationToken ct) =>
        await SqlConsole.RunAsync(desk.Workspace, body.Sql, Math.Clamp(body.Limit, 1, most), await desk.MaskingAsync(context.User, ct), ct);

    static async Task<IResult> GetReport(HttpContext context, Desk desk, string run, CancellationToken ct) =>
        await QualityReport.ReadAsync(desk.Workspace.Zones.Reports, await RunsApi.FindAsync(desk, run, ct), ct) is { } report
            ? Results.Bytes(QualityReport.Json((await desk.MaskingAsync(context.User, ct)).Report(report)), "application/json") : Results.NotFound();

    static async Task<TableInfo> FindAsync(Desk desk, string schema, string table, CancellationToken ct) =>
        await TableInfo.FindAsync(desk.Workspace, new(schema, table), ct) ?? throw new UsageException($"There is no table '{schema}.{table}'.", "See: GET /api/tables") { NamesNothing = true };

    static TableAnswer Describe(TableInfo x) => new(x.Table.Schema, x.Table.Name, x.Kind, x.Pipeline.Name, x.Rows, x.Description);
}
