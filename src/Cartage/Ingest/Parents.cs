using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Where the parents of a feed's rows are found: among the rows of this run, in the base table, or in quarantine.</summary>
sealed class Parents(DbConnection connection, LoadTables tables, LoadTables? parent)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>The rows <c>g</c> whose parent is nowhere.</summary>
    public async Task<string> OrphanAsync(FeedColumn column, CancellationToken ct)
    {
        var key = Sql.Quote(column.References!.Column);
        List<Table> found = [];
        if (parent is not null)
            found.Add(parent.Good);
        if (parent is not { Swap: true } && (await FeedLoad.ColumnsAsync(connection, Feed(column).Base, ct)).Count > 0)
            found.Add(Feed(column).Base);
        var known = found.Count == 0 ? "SELECT NULL AS k WHERE false" : string.Join(" UNION ALL ", found.Select(t => $"SELECT {key} AS k FROM {Sql.Quote(t)}"));
        var name = Sql.Quote(column.Name);
        return $"{name} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ({known}) p WHERE p.k = g.{name})";
    }

    /// <summary>Moves the orphans to the bad rows.</summary>
    public async Task SetAsideAsync(FeedColumn column, string orphan, CancellationToken ct)
    {
        var reference = column.References!;
        var (name, key) = (Sql.Quote(column.Name), Sql.Quote(reference.Column));
        List<string> aside = [];
        if (parent is not null)
            aside.Add($"SELECT {key} AS k FROM {Sql.Quote(parent.Bad)}");
        if ((await FeedLoad.ColumnsAsync(connection, Feed(column).Quarantine, ct)).Exists(c => c.Name == reference.Column))
            aside.Add($"SELECT {key} AS k FROM {Sql.Quote(Feed(column).Quarantine)} WHERE _status = 'open'");
        var inQuarantine = aside.Count == 0 ? "false" : $"coalesce(CAST({name} AS VARCHAR) IN ({string.Join(" UNION ALL ", aside)}), false)";
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {Sql.Quote(tables.Bad)}
            SELECT {tables.Texts},
              {Sql.Literal(column.Name + ": '")} || {name} || CASE WHEN {inQuarantine} THEN {Sql.Literal($"' — its row in {reference.Feed} is in quarantine")} ELSE {Sql.Literal($"' — there is no such row in {reference.Feed}")} END,
              CASE WHEN {inQuarantine} THEN 'parent_quarantined' ELSE 'unknown_reference' END, _object, _record, {tables.RawText}, false
            FROM {Sql.Quote(tables.Good)} g WHERE {orphan};
            DELETE FROM {Sql.Quote(tables.Good)} g WHERE {orphan};
            """,
            ct
        );
    }

    Feed Feed(FeedColumn column) => new(tables.Feed.Pipeline, column.References!.Feed, "", 0);
}
