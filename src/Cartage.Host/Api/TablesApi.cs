using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Cartage.Runs;
using Cartage.Warehouses;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cartage.Host.Api;

/// <summary>Tables, queries and reports: only looked at.</summary>
static class TablesApi
{
    const int MostRows = 10_000;

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/tables", Scope.Read, "Every table with its rows.", ListTables),
        new("GET", "/api/tables/{schema}/{table}", Scope.Read, "One table: columns with where they come from, and lineage.", GetTable),
        new("POST", "/api/sql", Scope.Read, "One SELECT, read-only, at most 30 seconds.", QueryTables),
        new("GET", "/api/reports/{run}", Scope.Read, "A run's quality report.", GetReport),
    ];

    static async Task<IResult> ListTables(Desk desk, CancellationToken ct) =>
        Operation.Json((await TableInfo.ListAsync(desk.Workspace, ct)).Select(x => new Dictionary<string, object?> { ["schema"] = x.Table.Schema, ["table"] = x.Table.Name, ["kind"] = x.Kind, ["pipeline"] = x.Pipeline.Name, ["rows"] = x.Rows, ["description"] = x.Description }));

    static async Task<IResult> GetTable(HttpContext context, Desk desk, string schema, string table, CancellationToken ct)
    {
        if (await TableInfo.FindAsync(desk.Workspace, new(schema, table), ct) is not { } info)
            return Results.NotFound();
        var masking = await desk.MaskingAsync(context.User, ct);
        await using var connection = await desk.Workspace.Warehouse.OpenAsync(ct);
        var columns = await Catalog.ColumnsAsync(connection, desk.Workspace.Warehouse.Dialect, info.Table, ct);
        var lineage = await desk.LineageAsync(ct);
        var (reads, readBy) = lineage.Around(info);
        return Operation.Json(new Dictionary<string, object?>
        {
            ["schema"] = info.Table.Schema, ["table"] = info.Table.Name, ["kind"] = info.Kind, ["pipeline"] = info.Pipeline.Name, ["rows"] = info.Rows, ["description"] = info.Description,
            ["columns"] = columns.Select(x => new Dictionary<string, object?> { ["column"] = x.Name, ["type"] = x.Type, ["hidden"] = masking.HidesColumn(info.Table, x.Name), ["from"] = lineage.From(info, x.Name).Select(f => $"{f.Table}.{f.Column}") }),
            ["reads"] = reads.Select(x => x.ToString()), ["read_by"] = readBy.Select(x => x.ToString()),
        });
    }

    static async Task<IResult> QueryTables(HttpContext context, Desk desk, [FromBody] SqlBody body, CancellationToken ct)
    {
        var rows = await SqlConsole.RunAsync(desk.Workspace, body.Sql, Math.Clamp(body.Limit, 1, MostRows), await desk.MaskingAsync(context.User, ct), ct);
        return Operation.Json(new Dictionary<string, object?>
        {
            ["columns"] = rows.Columns.Select(x => new Dictionary<string, object?> { ["name"] = x.Name, ["type"] = x.Type }),
            ["rows"] = rows.Rows, ["more"] = rows.More, ["took_s"] = rows.Took,
        });
    }

    static async Task<IResult> GetReport(HttpContext context, Desk desk, string run, CancellationToken ct) =>
        await desk.Store.GetRunAsync(run, ct) is { } found && await QualityReport.ReadAsync(desk.Workspace.Zones.Reports, found, ct) is { } report
            ? Results.Bytes(QualityReport.Json((await desk.MaskingAsync(context.User, ct)).Report(report)), "application/json") : Results.NotFound();
}
