using System.Data.Common;

namespace Cartage.Warehouses;

/// <summary>How what was made aside becomes what people read, within the run's transaction: by the rows that differ wherever that is possible, because readers wait for nothing then; by putting another table or view in the place only where columns changed.</summary>
public sealed class Publication(DbConnection connection, Dialect dialect)
{
    /// <summary>Views that whoever publishes makes anew afterwards.</summary>
    public IReadOnlySet<Table> MadeAnew { get; init; } = new HashSet<Table>();

    /// <summary>Makes the rows of a table those of another, equal rows as often; only rows that differ in the compared columns are touched. Returns how many came and went.</summary>
    /// <param name="table">The table people read.</param>
    /// <param name="fresh">The rows it is to have.</param>
    /// <param name="columns">The columns that are written.</param>
    /// <param name="compared">The columns that tell whether two rows are the same.</param>
    /// <param name="scratch">A table for what differs.</param>
    /// <param name="where">Which of its rows are replaced, as a condition over its columns.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<(long Inserted, long Deleted)> ReplaceRowsAsync(Table table, Table fresh, IReadOnlyList<string> columns, IReadOnlyList<string> compared, Table scratch, string where, CancellationToken ct)
    {
        var content = dialect.Content(compared);
        await connection.ExecuteAsync(
            dialect.Create(scratch, $"""
                SELECT _content, sum(_new) AS _new, sum(_old) AS _old
                FROM (SELECT {content} AS _content, 1 AS _new, 0 AS _old FROM {dialect.Quote(fresh)} UNION ALL SELECT {content}, 0, 1 FROM {dialect.Quote(table)} WHERE {where}) AS r
                GROUP BY _content HAVING sum(_new) <> sum(_old)
                """),
            ct
        );
        var (inserted, deleted) = (await connection.QueryAsync(
            $"SELECT CAST(coalesce(sum(CASE WHEN _new > _old THEN _new - _old ELSE 0 END), 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN _old > _new THEN _old - _new ELSE 0 END), 0) AS BIGINT) FROM {dialect.Quote(scratch)}",
            r => (r.GetInt64(0), r.GetInt64(1)), ct))[0];
        if (inserted + deleted > 0)
            await connection.ExecuteAsync(
                $"""
                DELETE FROM {dialect.Quote(table)} WHERE ({where}) AND {content} IN (SELECT _content FROM {dialect.Quote(scratch)});
                INSERT INTO {dialect.Quote(table)} ({dialect.Quote(columns)}) SELECT {dialect.Quote(columns)} FROM {dialect.Quote(fresh)} WHERE {content} IN (SELECT _content FROM {dialect.Quote(scratch)});
                """,
                ct
            );
        await connection.ExecuteAsync($"DROP TABLE {dialect.Quote(scratch)}", ct);
        return (inserted, deleted);
    }

    /// <summary>Makes a table what another of its schema is, which is gone afterwards: by the rows that differ where readers would otherwise wait and the columns are the same.</summary>
    public async Task PutInPlaceAsync(Table table, Table fresh, Table scratch, CancellationToken ct)
    {
        var columns = await Catalog.ColumnsAsync(connection, dialect, fresh, ct);
        if (dialect.SwapsUnseen || await Catalog.KindAsync(connection, table, ct) is not "BASE TABLE" || !columns.ToHashSet().SetEquals(await Catalog.ColumnsAsync(connection, dialect, table, ct)))
        {
            await ReplaceTableAsync(table, fresh, ct);
            return;
        }
        var names = columns.ConvertAll(c => c.Name);
        await ReplaceRowsAsync(table, fresh, names, names, scratch, "true", ct);
        await connection.ExecuteAsync($"DROP TABLE {dialect.Quote(fresh)}", ct);
    }

    /// <summary>Puts a table in the place of another of its schema, or of a view; views over the old one, and what others may do with it, are kept.</summary>
    public Task ReplaceTableAsync(Table table, Table fresh, CancellationToken ct) =>
        ReplaceAsync(table, $"ALTER TABLE {dialect.Quote(fresh)} RENAME TO {dialect.Quote(table.Name)}", ct);

    /// <summary>Makes a view what a SELECT says; nothing is done where it says so already. <paramref name="scratch"/> is a name for a view to compare with.</summary>
    public async Task ReplaceViewAsync(Table view, string select, Table scratch, CancellationToken ct)
    {
        var create = string.Format(null, dialect.CreateView, dialect.Quote(view), select);
        var kind = await Catalog.KindAsync(connection, view, ct);
        if (kind is null || (kind == "VIEW" && dialect.ViewDefinition.Length == 0))
        {
            await connection.ExecuteAsync(create, ct);
            return;
        }
        if (kind == "VIEW")
        {
            await connection.ExecuteAsync(string.Format(null, dialect.CreateView, dialect.Quote(scratch), select), ct);
            var same = await DefinitionAsync(scratch, ct) == await DefinitionAsync(view, ct);
            await connection.ExecuteAsync($"DROP VIEW {dialect.Quote(scratch)}", ct);
            if (same)
                return;
        }
        await ReplaceAsync(view, create, ct);
    }

    /// <summary>Takes tables of one run away that have served their purpose: written out with what is published they would cost as much.</summary>
    public async Task DropAsync(IEnumerable<Table> tables, CancellationToken ct)
    {
        if (string.Concat(tables.Select(t => $"DROP TABLE IF EXISTS {dialect.Quote(t)};")) is { Length: > 0 } drop)
            await connection.ExecuteAsync(drop, ct);
    }

    /// <summary>Adds columns that a table lacks.</summary>
    public async Task AddColumnsAsync(Table table, IEnumerable<Column> columns, CancellationToken ct)
    {
        var there = (await Catalog.ColumnsAsync(connection, dialect, table, ct)).Select(c => c.Name).ToHashSet();
        var missing = there.Count == 0 ? [] : columns.Where(c => !there.Contains(c.Name)).ToList();
        if (missing.Count > 0)
            await ImpatientlyAsync(table, string.Concat(missing.Select(c => $"ALTER TABLE {dialect.Quote(table)} ADD COLUMN {dialect.Define(c)};")), ct);
    }

    async Task ReplaceAsync(Table old, string create, CancellationToken ct)
    {
        List<(Table View, string Restore)> views = dialect.Dependents.Length == 0 ? [] : await connection.QueryAsync(dialect.Dependents, r => (new Table(r.GetString(0), r.GetString(1)), r.GetString(2)), ct, Named(old));
        var grants = dialect.Grants.Length == 0 ? null : await connection.ScalarAsync<string>(dialect.Grants, ct, Named(old));
        var drop = await Catalog.KindAsync(connection, old, ct) is { } kind ? $"DROP {(kind == "VIEW" ? "VIEW" : "TABLE")} {dialect.Quote(old)};" : "";
        await ImpatientlyAsync(old, $"{string.Concat(Enumerable.Reverse(views).Select(v => $"DROP VIEW {dialect.Quote(v.View)};"))}{drop}{create};{grants}", ct);
        foreach (var (view, restore) in views.Where(v => !MadeAnew.Contains(v.View)))
            await RestoreAsync(old, view, restore, ct);
    }

    // What follows waits for readers that are at the table now, and readers that come wait for it: so it must not wait long.
    async Task ImpatientlyAsync(Table table, string statements, CancellationToken ct)
    {
        try
        {
            if (dialect.Impatience.Length > 0)
                await connection.ExecuteAsync(dialect.Impatience, ct);
            await connection.ExecuteAsync(statements, ct);
        }
        catch (DbException e) when (e.SqlState == "55P03")
        {
            throw new PipelineException($"{table}: its columns change, and others have been reading it for too long to put the new one in its place", isTransient: true, hint: "Nothing was published. Run again when the long query has ended.", inner: e);
        }
    }

    async Task RestoreAsync(Table table, Table view, string restore, CancellationToken ct)
    {
        try
        {
            await connection.ExecuteAsync(restore, ct);
        }
        catch (DbException e) when (e.SqlState is "42703" or "42P01" or "42883")
        {
            throw new PipelineException($"{table}: its columns change, and the view {view} over it does not fit any more: {e.Message}", hint: "Nothing was published. Change or drop that view, then run again.", inner: e);
        }
    }

    Task<string?> DefinitionAsync(Table view, CancellationToken ct) => connection.ScalarAsync<string>(string.Format(null, dialect.ViewDefinition, dialect.Literal(dialect.Quote(view))), ct);

    static (string, object?)[] Named(Table table) => [("schema", table.Schema), ("name", table.Name)];
}
