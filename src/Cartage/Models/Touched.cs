using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>
/// The part of a model that a run's changes can have touched: the keys whose rows may differ, and the SELECT cut down to them. Every change is followed to the model's key through columns that are
/// provably equal (<see cref="Lineage"/>); where one cannot be followed the whole model is computed and compared.
/// </summary>
sealed class Touched(DbConnection connection, DbConnection parser, Dialect dialect, Model model, BuildContext context)
{
    const int WorthIt = 4; // beyond a quarter of the table the whole is as cheap

    /// <summary>The keys that may differ, once each.</summary>
    public Table Keys => new(Table.StagingSchema(model.Pipeline), model.Name + "__keys");

    /// <summary>The rows of the SELECT with those keys.</summary>
    public Table Rows => new(Table.StagingSchema(model.Pipeline), model.Name + "__rows");

    /// <summary>The columns that say which row is meant, in the SELECT and in the table.</summary>
    public IReadOnlyList<string> Key =>
        model.Materialization switch
        {
            Materialization.FullTable table => table.Key,
            Materialization.Merge merge => merge.Key,
            Materialization.Scd2 { UpdatedAt: not null } scd2 => [scd2.Key],
            _ => [],
        };

    /// <summary>Fills both tables; false where the whole must be computed.</summary>
    public async Task<bool> FindAsync(CancellationToken ct)
    {
        if (context.Swap || context.Whole || Key.Count == 0 || Template.Names(model.Sql).Any() || await InlineAsync(context.Sql, ct) is not { } sql)
            return false;
        var reads = await ModelReader.ReadTablesAsync(parser, sql, ct);
        var columns = await ColumnsAsync(reads, ct);
        var target = await Catalog.ColumnsAsync(connection, dialect, model.Table, ct);
        if (columns is null || target.Count == 0 || await LineageAsync(sql, columns, ct) is not { } lineage || Key.Any(k => lineage.Columns.Count(c => Same(c.Name, k)) != 1))
            return false;
        var cut = new CutSelect(parser, dialect, sql, lineage, context.Resolve, columns);
        List<string> causes = [];
        foreach (var read in reads.Where(r => context.Changes.ContainsKey(r.Name)))
            if (await CauseAsync(cut, read, target, ct) is { } cause)
                causes.AddRange(cause);
            else
                return false;
        foreach (var look in model.Dimensions.Where(d => context.Changes.ContainsKey(d.Dimension)))
            if (await CauseAsync(cut, look, ct) is { } cause)
                causes.Add(cause);
            else
                return false;
        if (causes.Count == 0)
            return false;
        await connection.ExecuteAsync(dialect.Create(Keys, $"SELECT DISTINCT {dialect.Quote(Key)} FROM ({string.Join(" UNION ALL ", causes)}) AS k"), ct);
        var (all, known) = (await connection.QueryAsync($"SELECT count(*), count(CASE WHEN {string.Join(" AND ", Key.Select(k => dialect.Quote(k) + " IS NOT NULL"))} THEN 1 END) FROM {dialect.Quote(Keys)}", r => (r.GetInt64(0), r.GetInt64(1)), ct))[0];
        if (known < all || all > 1000 && all * WorthIt > await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(model.Table)}", ct))
            return false;
        await connection.ExecuteAsync(dialect.Create(Rows, await cut.ByAsync(Key, $"SELECT * FROM {dialect.Quote(Keys)}", ct)), ct);
        return true;
    }

    // The keys that a changed table's rows, as they were and as they are, can have to do with; null where that is not known.
    async Task<IReadOnlyList<string>?> CauseAsync(CutSelect cut, TableRead read, IReadOnlyList<Column> target, CancellationToken ct)
    {
        var known = Key.Select(k => (Key: k, Column: cut.Lineage.ColumnAt(read.Offset, k))).Where(x => x.Column is not null).ToList();
        if (context.Changes[read.Name] is not { } delta || known.Count == 0 || known.Any(x => cut.OneType(x.Key) is not { } type || type != target.FirstOrDefault(t => Same(t.Name, x.Key))?.Type))
            return null;
        var values = $"SELECT DISTINCT {string.Join(", ", known.Select(x => $"{dialect.Quote(x.Column!)} AS {dialect.Quote(x.Key)}"))} FROM {dialect.Quote(delta)}";
        if (known.Count == Key.Count)
            return [values];
        var keys = known.Select(x => x.Key).ToList();
        if (await connection.ScalarAsync<bool>($"SELECT count(*) > 0 FROM ({values}) AS v WHERE {string.Join(" OR ", keys.Select(k => dialect.Quote(k) + " IS NULL"))}", ct))
            return null;
        var same = string.Join(" AND ", keys.Select(k => $"v.{dialect.Quote(k)} = t.{dialect.Quote(k)}"));
        return
        [
            $"SELECT {dialect.Quote(Key, "t.")} FROM {dialect.Quote(model.Table)} t JOIN ({values}) v ON {same}",
            $"SELECT {dialect.Quote(Key)} FROM ({await cut.ByAsync(keys, values, ct)}) AS c",
        ];
    }

    // The keys of rows that look a member up at a time for which it got another surrogate; the rest keep theirs.
    async Task<string?> CauseAsync(CutSelect cut, DimensionLookup look, CancellationToken ct)
    {
        if (context.Changes[look.Dimension] is not { } delta || context.FindModel(look.Dimension)?.Materialization is not Materialization.Scd2 dimension)
            return null;
        if (cut.OneType(look.Key) is not { } type || type != (await Catalog.ColumnsAsync(connection, dialect, delta, ct)).FirstOrDefault(c => Same(c.Name, dimension.Key))?.Type)
            return null;
        var spans = Spans(delta, dimension);
        var (first, last) = (await connection.QueryAsync($"SELECT CAST(min(since) AS {dialect.Text}), CAST(max(until) AS {dialect.Text}) FROM ({spans}) AS v", r => (r.IsDBNull(0) ? null : r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1)), ct))[0];
        var rows = await cut.ByAsync([look.Key], $"SELECT DISTINCT k AS {dialect.Quote(look.Key)} FROM ({spans}) AS v", ct);
        var same = $"v.k = c.{dialect.Quote(look.Key)}";
        if (look.At is null)
            return $"SELECT {dialect.Quote(Key, "c.")} FROM ({rows}) AS c JOIN ({spans}) AS v ON {same} AND v.until = {Scd2.Last}";
        var at = "c." + dialect.Quote(look.At);
        return first is null
            ? $"SELECT {dialect.Quote(Key, "c.")} FROM ({rows}) AS c WHERE false"
            : $"SELECT {dialect.Quote(Key, "c.")} FROM ({rows}) AS c JOIN ({spans}) AS v ON {same} AND {at} >= v.since AND {at} < v.until WHERE {at} >= CAST({dialect.Literal(first)} AS TIMESTAMP) AND {at} < CAST({dialect.Literal(last!)} AS TIMESTAMP)";
    }

    // When a member had another surrogate before than it has now: the whole time of versions that came or went, and where those that stayed begin or end elsewhere.
    string Spans(Table delta, Materialization.Scd2 dimension) =>
        $"""
        SELECT k, CASE WHEN n = 1 THEN since ELSE first_since END AS since, CASE WHEN n = 1 THEN until ELSE since END AS until FROM ({Versions(delta, dimension)}) AS a WHERE n = 1 OR first_since < since
        UNION ALL SELECT k, first_until, until FROM ({Versions(delta, dimension)}) AS b WHERE n > 1 AND first_until < until
        """;

    string Versions(Table delta, Materialization.Scd2 dimension) =>
        $"""
        SELECT {dialect.Quote(dimension.Key)} AS k, count(*) AS n, min(valid_from) AS first_since, max(valid_from) AS since, min(valid_to) AS first_until, max(valid_to) AS until
        FROM {dialect.Quote(delta)} WHERE {dialect.Quote(dimension.Key)} IS NOT NULL GROUP BY {dialect.Quote(dimension.Key)}, {dialect.Quote(dimension.Surrogate)}
        """;

    // One text that reads tables alone; null where it reads another pipeline's, or a view that changed itself.
    async Task<string?> InlineAsync(string sql, CancellationToken ct)
    {
        Dictionary<string, string> views = new(StringComparer.Ordinal);
        foreach (var read in await ModelReader.ReadTablesAsync(parser, sql, ct))
        {
            if (read.Schema is not null)
                return null;
            if (views.ContainsKey(read.Name) || context.FindModel(read.Name) is not { Materialization: Materialization.View } view)
                continue;
            if (context.Changes.ContainsKey(view.Name) || Template.Names(view.Sql).Any() || await InlineAsync(context.Render(view), ct) is not { } inner)
                return null;
            views[read.Name] = inner;
        }
        return await ModelReader.RewriteAsync(parser, sql, read => views.TryGetValue(read.Name, out var inner) ? $"({inner}\n)" : null, ct);
    }

    async Task<Dictionary<string, IReadOnlyList<Column>>?> ColumnsAsync(IReadOnlyList<TableRead> reads, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<Column>> columns = new(StringComparer.OrdinalIgnoreCase);
        foreach (var read in reads.DistinctBy(r => r.Name))
            if (context.Resolve(read) is { } table)
                columns[read.Name] = await Catalog.DescribeAsync(connection, dialect, $"SELECT * FROM {table}", ct);
            else
                return null;
        return columns;
    }

    // A function that may answer otherwise the next time says nothing of rows that are not looked at.
    async Task<SelectLineage?> LineageAsync(string sql, Dictionary<string, IReadOnlyList<Column>> columns, CancellationToken ct)
    {
        using var json = await ModelReader.ParseAsync(parser, sql, ct);
        var statement = json.RootElement.GetProperty("statements")[0];
        var functions = await ModelFunctions.ReadAsync(parser, statement, ct);
        return functions.Steady ? Lineage.Read(statement, columns.ToDictionary(c => c.Key, c => (IReadOnlyList<string>)[.. c.Value.Select(x => x.Name)], StringComparer.OrdinalIgnoreCase), functions.Aggregates) : null;
    }

    static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
