using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Where the parents of a feed's rows are found: among the rows of this run, in the base table, or in quarantine.</summary>
sealed class Parents(DbConnection connection, LoadTables tables, LoadTables? parent, bool placeholders)
{
    readonly Dialect _sql = tables.Sql;

    /// <summary>The rows <c>g</c> whose parent is nowhere.</summary>
    public async Task<string> OrphanAsync(FeedColumn column, CancellationToken ct)
    {
        var name = _sql.Quote(column.Name);
        var type = TypeOf(tables.Columns, column.Name);
        // A placeholder is a parent only for those that make placeholders: for others it makes no difference who came first.
        var came = column.References!.OnMissing is MissingParent.Infer || !placeholders ? "" : $" WHERE {LoadTables.Came}";
        List<Table> found = [];
        if (parent is not null)
            found.Add(parent.Good);
        var stored = parent is { Swap: true } ? [] : await Catalog.ColumnsAsync(connection, _sql, Feed(column).Base, ct);
        if (stored.Count > 0)
            found.Add(Feed(column).Base);
        var other = TypeOf(parent?.Columns ?? stored, column.References.Column);
        var text = (type == "VARCHAR") != (other == "VARCHAR"); // numbers of any kind compare, a number and a text do not everywhere
        var key = text ? $"CAST({_sql.Quote(column.References.Column)} AS {_sql.Text})" : _sql.Quote(column.References.Column);
        var known = found.Count == 0 ? $"SELECT {_sql.Null(text ? "VARCHAR" : type)} AS k WHERE false" : string.Join(" UNION ALL ", found.Select(t => $"SELECT {key} AS k FROM {_sql.Quote(t)}{came}"));
        return $"g.{name} IS NOT NULL AND {string.Format(null, _sql.IsNoneOf, text ? $"CAST(g.{name} AS {_sql.Text})" : $"g.{name}", known)}";
    }

    /// <summary>Moves the orphans to the bad rows.</summary>
    public async Task SetAsideAsync(FeedColumn column, string orphan, CancellationToken ct)
    {
        var reference = column.References!;
        var (name, key) = (_sql.Quote(column.Name), _sql.Quote(reference.Column));
        List<string> aside = [];
        if (parent is not null)
            aside.Add($"SELECT {key} AS k FROM {_sql.Quote(parent.Bad)}");
        if ((await Catalog.ColumnsAsync(connection, _sql, Feed(column).Quarantine, ct)).Exists(c => c.Name == reference.Column))
            aside.Add($"SELECT {key} AS k FROM {_sql.Quote(Feed(column).Quarantine)} WHERE _status = 'open'");
        var inQuarantine = aside.Count == 0 ? "false" : $"coalesce(CAST({name} AS {_sql.Text}) IN ({string.Join(" UNION ALL ", aside)}), false)";
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {_sql.Quote(tables.Bad)} ({tables.BadRow})
            SELECT {tables.Texts},
              {_sql.Literal(column.Name + ": '")} || CAST({name} AS {_sql.Text}) || CASE WHEN {inQuarantine} THEN {_sql.Literal($"' — its row in {reference.Feed} is in quarantine")} ELSE {_sql.Literal($"' — there is no such row in {reference.Feed}")} END,
              CASE WHEN {inQuarantine} THEN 'parent_quarantined' ELSE 'unknown_reference' END, _object, _record, {tables.RawText}, false
            FROM {_sql.Quote(tables.Good)} g WHERE {orphan};
            DELETE FROM {_sql.Quote(tables.Good)} WHERE {_sql.RowId} IN (SELECT g.{_sql.RowId} FROM {_sql.Quote(tables.Good)} g WHERE {orphan});
            """,
            ct
        );
    }

    /// <summary>Makes a row with nothing but a key for every parent that orphans among some rows refer to; returns how many.</summary>
    public async Task<long> InferAsync(FeedColumn column, string orphan, Table rows, RunStamp stamp, CancellationToken ct) =>
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {_sql.Quote(parent!.Good)} ({_sql.Quote(column.References!.Column)}, _run, _loaded_at)
            SELECT DISTINCT CAST(g.{_sql.Quote(column.Name)} AS {_sql.Type(TypeOf(parent.Columns, column.References.Column))}), {_sql.Literal(stamp.RunId)}, {stamp.LoadedAtSql} FROM {_sql.Quote(rows)} g WHERE {orphan}
            """,
            ct
        );

    static string TypeOf(IReadOnlyList<Column> columns, string name) => columns.FirstOrDefault(c => c.Name == name)?.Type ?? "VARCHAR";

    Feed Feed(FeedColumn column) => new(tables.Feed.Pipeline, column.References!.Feed, "", 0);
}
