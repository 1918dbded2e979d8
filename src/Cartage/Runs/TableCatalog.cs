using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>A table and what is known of it: <paramref name="From"/> names what it is made of (files, a connection, models), <paramref name="ReadBy"/> the models that read it.</summary>
public sealed record CatalogTable(Table Table, string Kind, long Rows, DateTimeOffset? UpdatedAt, IReadOnlyList<Column> Columns, IReadOnlyList<string> From, IReadOnlyList<string> ReadBy, string? Description);

/// <summary>The tables of a project that there are.</summary>
public static class TableCatalog
{
    /// <summary>Every table, by pipeline: base tables, histories, quarantines, models.</summary>
    public static async Task<IReadOnlyList<CatalogTable>> ReadAsync(Workspace workspace, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await using var door = await workspace.Warehouse.OpenDoorAsync(ct);
        await WarehouseState.EnsureAsync(workspace.Warehouse, connection, ct);
        var graph = await TableGraph.OfAsync(door, workspace.Project, ct);
        List<CatalogTable> tables = [];
        foreach (var pipeline in workspace.Project.Pipelines)
        {
            var loaded = await TimesAsync(connection, "SELECT feed, max(loaded_at) FROM cartage.ledger WHERE pipeline = $p AND status = 'loaded' GROUP BY feed", pipeline, ct);
            var built = await TimesAsync(connection, "SELECT model, max(updated_at) FROM cartage.models WHERE pipeline = $p GROUP BY model", pipeline, ct);
            foreach (var feed in pipeline.Feeds)
                foreach (var (table, kind) in new[] { (feed.Base, "base"), (feed.History, "history"), (feed.Quarantine, "quarantine") })
                    await AddAsync(table, kind, loaded.GetValueOrDefault(feed.Name), [Source(workspace.Project, feed)], kind == "quarantine" ? [] : [.. graph.ReadBy[$"{pipeline.Name}.{feed.Name}"]], null);
            foreach (var model in pipeline.Models)
                await AddAsync(model.Table, model.Materialization.Kind, model.Materialization is Materialization.View ? null : built.GetValueOrDefault(model.Name), graph.Reads[$"{pipeline.Name}.{model.Name}"], [.. graph.ReadBy[$"{pipeline.Name}.{model.Name}"]], model.Description);
        }
        return tables;

        async Task AddAsync(Table table, string kind, DateTimeOffset? at, IReadOnlyList<string> from, IReadOnlyList<string> readBy, string? description)
        {
            var dialect = workspace.Warehouse.Dialect;
            if (await Catalog.ColumnsAsync(connection, dialect, table, ct) is { Count: > 0 } columns)
                tables.Add(new(table, kind, await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(table)}", ct), at, columns, from, readBy, description));
        }
    }

    /// <summary>Where a feed comes from: its files, as they can be typed in the project's folder, or its connection.</summary>
    public static string Source(Project project, Feed feed) =>
        feed.Connection is { } connection && project.Connections.GetValueOrDefault(connection) is not { Type: "files" } ? $"{connection}{(feed.Relation is { } table ? $": {table}" : feed.Request is { } request ? $": {request.Path}" : "")}"
        : feed.Command.Count > 0 ? string.Join(' ', feed.Command)
        : string.Join(", ", feed.Files.Select(f => f.Contains("://", StringComparison.Ordinal) ? f : Path.GetRelativePath(project.Root, f) is var near && near.StartsWith("..", StringComparison.Ordinal) ? f : near));

    /// <summary>The run that last published a model; null before any has.</summary>
    public static async Task<string?> BuiltByAsync(IWarehouse warehouse, DbConnection connection, Model model, CancellationToken ct)
    {
        await WarehouseState.EnsureAsync(warehouse, connection, ct);
        return await connection.ScalarAsync<string?>("SELECT run FROM cartage.models WHERE pipeline = $p AND model = $m", ct, ("p", model.Pipeline), ("m", model.Name));
    }

    static async Task<Dictionary<string, DateTimeOffset?>> TimesAsync(DbConnection connection, string sql, Pipeline pipeline, CancellationToken ct) =>
        (await connection.QueryAsync(sql, r => (Name: r.GetString(0), At: r.IsDBNull(1) ? null : (DateTimeOffset?)new DateTimeOffset(DateTime.SpecifyKind(r.GetDateTime(1), DateTimeKind.Utc))), ct, ("p", pipeline.Name))).ToDictionary(x => x.Name, x => x.At);
}
