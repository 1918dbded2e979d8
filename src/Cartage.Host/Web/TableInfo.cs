using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>A table of the project and what it comes from: a model, a feed, or a feed's history or quarantine.</summary>
sealed record TableInfo(Table Table, string Kind, Pipeline Pipeline, Model? Model, Feed? Feed, bool IsView, long? Rows)
{
    /// <summary>What it is for.</summary>
    public string? Description => Model?.Description;

    /// <summary>Where it is written.</summary>
    public string? File => Model?.File ?? Feed?.File;

    /// <summary>What a column is for, where that is written.</summary>
    public string? Meaning(string column) => Model?.Columns.GetValueOrDefault(column) ?? Feed?.Columns.FirstOrDefault(x => x.Name == column)?.Description;

    /// <summary>Every table there is, models first.</summary>
    public static async Task<IReadOnlyList<TableInfo>> ListAsync(Workspace workspace, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        var there = await connection.QueryAsync("SELECT table_schema, table_name, table_type FROM information_schema.tables", r => (Table: new Table(r.GetString(0), r.GetString(1)), IsView: r.GetString(2) == "VIEW"), ct);
        var found = there.Select(x => Of(workspace.Project, x.Table, x.IsView)).OfType<TableInfo>().ToList();
        var counted = found.FindAll(x => !x.IsView);
        var rows = counted.Count == 0 ? [] : await connection.QueryAsync(
            string.Join(" UNION ALL ", counted.Select((x, i) => $"SELECT {i} AS i, count(*) AS n FROM {workspace.Warehouse.Dialect.Quote(x.Table)}")),
            r => (Table: counted[r.GetInt32(0)].Table, Rows: r.GetInt64(1)), ct);
        var counts = rows.ToDictionary(x => x.Table, x => x.Rows);
        return [.. found.Select(x => x with { Rows = counts.TryGetValue(x.Table, out var n) ? n : null }).OrderBy(x => x.Pipeline.Name, StringComparer.Ordinal).ThenBy(x => x.Order).ThenBy(x => x.Table.Name, StringComparer.Ordinal)];
    }

    /// <summary>One by its name; nothing where the project has none of it.</summary>
    public static async Task<TableInfo?> FindAsync(Workspace workspace, Table table, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        var kinds = await connection.QueryAsync("SELECT table_type FROM information_schema.tables WHERE table_schema = $schema AND table_name = $name", r => r.GetString(0), ct, ("schema", table.Schema), ("name", table.Name));
        if (kinds is not [var kind, ..] || Of(workspace.Project, table, kind == "VIEW") is not { } info)
            return null;
        return info.IsView ? info : info with { Rows = await connection.ScalarAsync<long>($"SELECT count(*) FROM {workspace.Warehouse.Dialect.Quote(table)}", ct) };
    }

    int Order => Model is not null ? 0 : Kind == "feed" ? 1 : 2;

    // Tables a run builds aside are nobody's business.
    static TableInfo? Of(Project project, Table table, bool isView)
    {
        foreach (var pipeline in project.Pipelines)
        {
            if (table.Schema == Table.ModelSchema(pipeline.Name) && pipeline.Models.FirstOrDefault(x => x.Name == table.Name) is { } model)
                return new(table, model.Materialization.Kind, pipeline, model, null, isView, null);
            foreach (var feed in pipeline.Feeds)
                if (table == feed.Base || table == feed.History || table == feed.Quarantine)
                    return new(table, table == feed.Base ? "feed" : table == feed.History ? "history" : "quarantine", pipeline, null, feed, isView, null);
        }
        return null;
    }
}
