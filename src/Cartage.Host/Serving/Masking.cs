using System.Data.Common;
using System.Security.Claims;
using Cartage.Host.Access;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Serving;

/// <summary>Hides personal data: a column with the name of one that is marked <c>pii</c> anywhere in the project, in whatever table, and the raw text of rows that have one.</summary>
sealed class Masking(Project project, bool hides)
{
    readonly HashSet<string> _columns = new(project.Pipelines.SelectMany(p => p.Feeds.SelectMany(f => f.Columns.Where(c => c.Pii).Select(c => c.Name)).Concat(p.Models.SelectMany(m => m.Pii))), StringComparer.OrdinalIgnoreCase);

    /// <summary>For a request's user: whoever may mend rows sees them.</summary>
    public static Masking Of(Project project, ClaimsPrincipal user) => new(project, !user.May(Scope.Edit));

    /// <summary>Whether anything is hidden at all.</summary>
    public bool Hides => hides && _columns.Count > 0;

    /// <summary>Whether a table's column is hidden.</summary>
    public bool HidesColumn(Table table, string column) =>
        Hides && (_columns.Contains(column) || (column is "_raw" or "_reason" && project.Pipelines.Any(p => Table.QuarantineSchema(p.Name).Equals(table.Schema, StringComparison.OrdinalIgnoreCase))));

    /// <summary>A quarantine's reason, without the value it quotes where that is hidden.</summary>
    public string Reason(Feed feed, string reason) => Hides ? QuarantineTable.Masked(feed, reason) : reason;

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
