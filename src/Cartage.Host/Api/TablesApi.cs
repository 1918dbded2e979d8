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

    static async Task<IResult> ListTables(Desk desk, CancellationToken ct)
    {
        var built = await TableHistory.LastBuiltAsync(desk.Workspace, ct);
        return Operation.Json((await TableInfo.ListAsync(desk.Workspace, ct)).Select(x => new Dictionary<string, object?>(Describe(x)) { ["last_built"] = built.GetValueOrDefault((x.Pipeline.Name, x.Table.Name)) }));
    }

    static Task<IResult> GetTable(HttpContext context, Desk desk, string schema, string table, CancellationToken ct) => OfAsync(desk, schema, table, async info =>
    {
        var (masking, lineage) = (await desk.MaskingAsync(context.User, ct), await desk.LineageAsync(ct));
        var (reads, readBy) = lineage.Around(info);
        return new Dictionary<string, object?>(Describe(info))
        {
            ["file"] = info.File,
            ["sql"] = info.Model?.Sql.Trim(),
            ["columns"] = (await TableContents.ColumnsAsync(desk.Workspace, info, ct)).Select(x => new Dictionary<string, object?>
            {
                ["column"] = x.Name, ["type"] = x.Type, ["description"] = info.Meaning(x.Name), ["hidden"] = masking.HidesColumn(info.Table, x.Name), ["from"] = lineage.From(info, x.Name).Select(f => $"{f.Table}.{f.Column}"),
            }),
            ["reads"] = reads.Select(x => x.ToString()),
            ["read_by"] = readBy.Select(x => x.ToString()),
        };
    }, ct);

    static Task<IResult> SampleTable(HttpContext context, Desk desk, string schema, string table, int? limit, CancellationToken ct) =>
        OfAsync(desk, schema, table, async info => Rows(await TableContents.SampleAsync(desk.Workspace, info, Math.Clamp(limit ?? 20, 1, MostSampled), await desk.MaskingAsync(context.User, ct), ct)), ct);

    static Task<IResult> ProfileTable(HttpContext context, Desk desk, string schema, string table, bool? now, CancellationToken ct) => OfAsync(desk, schema, table, async info =>
    {
        var (profile, run) = await TableContents.ProfileAsync(desk.Workspace, info, now == true, await desk.MaskingAsync(context.User, ct), ct);
        return new Dictionary<string, object?>
        {
            ["run"] = run,
            ["rows"] = profile?.Rows,
            ["columns"] = (profile?.Columns ?? []).Select(x => new Dictionary<string, object?> { ["column"] = x.Name, ["type"] = x.Type, ["nulls"] = x.Nulls, ["distinct"] = x.About ? null : x.Distinct, ["min"] = x.Min, ["max"] = x.Max, ["mean"] = x.Mean }),
        };
    }, ct);

    static Task<IResult> ListCounts(Desk desk, string schema, string table, CancellationToken ct) => OfAsync(desk, schema, table, async info =>
        (await TableHistory.RowsAsync(desk.Store, info, ct)).Select(x => new Dictionary<string, object?> { ["at"] = x.At, ["rows"] = (long)x.Rows }), ct);

    static Task<IResult> ListObjects(Desk desk, string schema, string table, int? limit, CancellationToken ct) => OfAsync(desk, schema, table, async info =>
        (await TableHistory.ObjectsAsync(desk.Workspace, info, Math.Clamp(limit ?? 50, 1, MostRows), ct)).Select(x => new Dictionary<string, object?>
        {
            ["object"] = x.Object, ["bytes"] = x.Bytes, ["status"] = x.Status, ["reason"] = x.Reason, ["run"] = x.Run, ["loaded_at"] = x.At,
        }), ct);

    static async Task<IResult> QueryTables(HttpContext context, Desk desk, [FromBody] SqlBody body, CancellationToken ct) => Operation.Json(Rows(await AskAsync(context, desk, body, MostRows, ct)));

    static async Task<IResult> QueryTablesAsCsv(HttpContext context, Desk desk, [FromBody] SqlBody body, CancellationToken ct) => Results.Text(SqlConsole.Csv(await AskAsync(context, desk, body, Files.MostRows, ct)), "text/csv; charset=utf-8");

    static async Task<RowSet> AskAsync(HttpContext context, Desk desk, SqlBody body, int most, CancellationToken ct) =>
        await SqlConsole.RunAsync(desk.Workspace, body.Sql, Math.Clamp(body.Limit, 1, most), await desk.MaskingAsync(context.User, ct), ct);

    static async Task<IResult> GetReport(HttpContext context, Desk desk, string run, CancellationToken ct) =>
        await desk.Store.GetRunAsync(run, ct) is { } found && await QualityReport.ReadAsync(desk.Workspace.Zones.Reports, found, ct) is { } report
            ? Results.Bytes(QualityReport.Json((await desk.MaskingAsync(context.User, ct)).Report(report)), "application/json") : Results.NotFound();

    static async Task<IResult> OfAsync(Desk desk, string schema, string table, Func<TableInfo, Task<object>> tell, CancellationToken ct) =>
        await TableInfo.FindAsync(desk.Workspace, new(schema, table), ct) is { } info ? Operation.Json(await tell(info)) : Results.NotFound();

    static Dictionary<string, object?> Describe(TableInfo x) =>
        new() { ["schema"] = x.Table.Schema, ["table"] = x.Table.Name, ["kind"] = x.Kind, ["pipeline"] = x.Pipeline.Name, ["rows"] = x.Rows, ["description"] = x.Description };

    static Dictionary<string, object?> Rows(RowSet rows) => new()
    {
        ["columns"] = rows.Columns.Select(x => new Dictionary<string, object?> { ["name"] = x.Name, ["type"] = x.Type }),
        ["rows"] = rows.Rows, ["more"] = rows.More, ["took_s"] = rows.Took,
    };
}
