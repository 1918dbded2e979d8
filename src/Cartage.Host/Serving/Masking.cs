using System.Data.Common;
using System.Text.Json.Nodes;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Serving;

/// <summary>Hides personal data: a column with the name of one that is marked <c>pii</c> anywhere in the project, in whatever table; one that is computed from such a column; and the raw text of rows in quarantine.</summary>
sealed class Masking(Project project, IReadOnlySet<ColumnAt> personal, bool hides)
{
    readonly HashSet<string> _columns = new(project.Pipelines.SelectMany(p => p.Feeds.SelectMany(f => f.Columns.Where(c => c.Pii).Select(c => c.Name)).Concat(p.Models.SelectMany(m => m.Pii))), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether anything is hidden at all.</summary>
    public bool Hides => hides && _columns.Count > 0;

    /// <summary>Whether a table's column is hidden.</summary>
    public bool HidesColumn(Table table, string column) =>
        Hides && (_columns.Contains(column) || personal.Contains(new(table, column.ToLowerInvariant())) || (column is "_raw" or "_reason" && project.Pipelines.Any(p => Table.QuarantineSchema(p.Name).Equals(table.Schema, StringComparison.OrdinalIgnoreCase))));

    /// <summary>A quarantine's reason, without the value it quotes where that is hidden.</summary>
    public string Reason(Feed feed, string reason) => Hides ? QuarantineTable.Masked(feed, reason) : reason;

    /// <summary>A quality report without the values that are hidden.</summary>
    public ReportData Report(ReportData report) => !Hides ? report : report with
    {
        Tables = [.. report.Tables.Select(t => t with { Columns = [.. t.Columns.Select(c => IsNamed(c.Name) ? c with { Min = "***", Max = "***", Mean = null } : c)] })],
        Checks = [.. report.Checks.Select(c => c with { Samples = [.. c.Samples.Select(Sample)] })],
    };

    // A sample is a row as a JSON object; what is none is not shown at all.
    string Sample(string json) =>
        JsonNode.Parse(json) is JsonObject row ? new JsonObject(row.Select(x => KeyValuePair.Create(x.Key, IsNamed(x.Key) ? JsonValue.Create("***") : x.Value?.DeepClone()))).ToJsonString() : "***";

    bool IsNamed(string column) => _columns.Contains(column) || personal.Any(x => x.Column.Equals(column, StringComparison.OrdinalIgnoreCase));

    /// <summary>A table's columns as a SELECT list, the hidden ones as stars.</summary>
    public string Select(Dialect dialect, Table table, IEnumerable<Column> columns) =>
        string.Join(", ", columns.Select(c => HidesColumn(table, c.Name) ? $"CASE WHEN {dialect.Quote(c.Name)} IS NOT NULL THEN '***' END AS {dialect.Quote(c.Name)}" : dialect.Quote(c.Name)));

    /// <summary>The same SELECT over tables whose hidden columns hold stars, so that nothing computed from them says more.</summary>
    public async Task<string> RewriteAsync(Workspace workspace, DbConnection connection, string sql, CancellationToken ct)
    {
        var dialect = workspace.Warehouse.Dialect;
        var schemas = await SqlConsole.SchemasAsync(connection, workspace, ct);
        Dictionary<TableRead, string> masked = [];
        await using var door = await workspace.Warehouse.OpenDoorAsync(ct);
        foreach (var read in await ModelReader.ReadTablesAsync(door, sql, ct))
            if (await FindAsync(connection, dialect, read, schemas, ct) is var (table, columns) && columns.Any(c => HidesColumn(table, c.Name)))
                masked[read] = $"(SELECT {Select(dialect, table, columns)} FROM {dialect.Quote(table)})";
        return await ModelReader.RewriteAsync(door, sql, masked.GetValueOrDefault, ct);
    }

    // Names are found as the engine finds them, in whatever case they are written.
    static async Task<(Table Table, IReadOnlyList<Column> Columns)?> FindAsync(DbConnection connection, Dialect dialect, TableRead read, IReadOnlyList<string> schemas, CancellationToken ct)
    {
        foreach (var schema in read.Schema is null ? [.. schemas, "main", "public"] : (IEnumerable<string>)[read.Schema])
        {
            var found = await connection.QueryAsync(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE lower(table_schema) = $schema AND lower(table_name) = $name",
                r => new Table(r.GetString(0), r.GetString(1)), ct, ("schema", schema.ToLowerInvariant()), ("name", read.Name.ToLowerInvariant()));
            if (found is [var table, ..])
                return (table, await Catalog.ColumnsAsync(connection, dialect, table, ct));
        }
        return null;
    }
}
