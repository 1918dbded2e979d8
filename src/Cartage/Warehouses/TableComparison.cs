using System.Data.Common;

namespace Cartage.Warehouses;

/// <summary>Compares two tables row by row: by a key where it names each row of both once, else by whole rows.</summary>
public sealed class TableComparison(DbConnection connection, Dialect dialect)
{
    /// <summary>What tells <paramref name="after"/> from <paramref name="before"/> (none: the table is new), apart from <paramref name="ignored"/> columns; values of <paramref name="masked"/> columns are not shown.</summary>
    public async Task<TableDifference> CompareAsync(string name, Table before, Table after, IReadOnlyList<string> key, IReadOnlySet<string> ignored, IReadOnlySet<string> masked, CancellationToken ct)
    {
        var (old, now) = (await ColumnsAsync(before, ignored, ct), await ColumnsAsync(after, ignored, ct));
        var (oldRows, newRows) = (await CountAsync(before, old, ct), await CountAsync(after, now, ct));
        if (old.Count == 0 || now.Count == 0)
            return new(name, oldRows, newRows, newRows, oldRows, 0, [], old.Count + now.Count == 0 ? [] : [old.Count == 0 ? "the table is new" : "the table is gone"]);
        var types = now.ToDictionary(c => c.Name, c => c.Type);
        var shared = old.Where(c => types.ContainsKey(c.Name)).ToList();
        List<string> shape =
        [
            .. now.Where(c => old.All(o => o.Name != c.Name)).Select(c => $"{c.Name} is new ({c.Type})"),
            .. old.Where(c => !types.ContainsKey(c.Name)).Select(c => $"{c.Name} is gone"),
            .. shared.Where(c => types[c.Name] != c.Type).Select(c => $"{c.Name}: {c.Type} became {types[c.Name]}"),
        ];
        var values = shared.ConvertAll(c => new Value(c.Name, types[c.Name] != c.Type));
        var plain = new TableDifference(name, oldRows, newRows, 0, 0, 0, [], shape);
        return key.Count > 0 && key.All(k => values.Exists(v => v.Name == k && !v.AsText)) && await NamesRowsAsync(before, key, ct) && await NamesRowsAsync(after, key, ct)
            ? await ByKeyAsync(plain, before, after, key, values.FindAll(v => !key.Contains(v.Name)), masked, ct)
            : await ByRowAsync(plain, before, after, values, ct);
    }

    sealed record Value(string Name, bool AsText);

    async Task<TableDifference> ByKeyAsync(TableDifference difference, Table before, Table after, IReadOnlyList<string> key, IReadOnlyList<Value> values, IReadOnlySet<string> masked, CancellationToken ct)
    {
        var joined = $"(SELECT *, 1 AS \"_there\" FROM {dialect.Quote(before)}) b FULL JOIN (SELECT *, 1 AS \"_there\" FROM {dialect.Quote(after)}) a ON {string.Join(" AND ", key.Select(k => $"a.{dialect.Quote(k)} = b.{dialect.Quote(k)}"))}";
        var differs = values.Select(v => $"b._there = 1 AND a._there = 1 AND ({dialect.Differ(Side("b", v), Side("a", v))})").ToList();
        var any = differs.Count == 0 ? "false" : string.Join(" OR ", differs);
        string[] counted = ["b._there IS NULL", "a._there IS NULL", any, .. differs];
        var sums = string.Join(", ", counted.Select(c => $"CAST(coalesce(sum(CASE WHEN {c} THEN 1 ELSE 0 END), 0) AS BIGINT)"));
        var counts = (await connection.QueryAsync($"SELECT {sums} FROM {joined}", r => Enumerable.Range(0, counted.Length).Select(r.GetInt64).ToArray(), ct))[0];
        List<ColumnDifference> columns = [];
        for (var i = 0; i < values.Count; i++)
            if (counts[i + 3] > 0)
                columns.Add(await ExampleAsync(joined, differs[i], key, values[i].Name, counts[i + 3], masked, ct));
        return difference with { Added = counts[0], Removed = counts[1], Changed = counts[2], Columns = columns };
    }

    async Task<ColumnDifference> ExampleAsync(string joined, string differs, IReadOnlyList<string> key, string column, long rows, IReadOnlySet<string> masked, CancellationToken ct)
    {
        string Text(string side, string name) => masked.Contains(name) ? "'***'" : $"CAST({side}.{dialect.Quote(name)} AS {dialect.Text})";
        return (await connection.QueryAsync(
            $"SELECT {string.Join(" || ', ' || ", key.Select(k => Text("a", k)))}, {Text("b", column)}, {Text("a", column)} FROM {joined} WHERE {differs} ORDER BY {dialect.Quote(key, "a.")} LIMIT 1",
            r => new ColumnDifference(column, rows, r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2)), ct))[0];
    }

    async Task<TableDifference> ByRowAsync(TableDifference difference, Table before, Table after, IReadOnlyList<Value> values, CancellationToken ct)
    {
        if (values.Count == 0)
            return difference with { Added = difference.After, Removed = difference.Before };
        string Rows(Table table) => $"SELECT {string.Join(", ", values.Select(v => Side("t", v)))} FROM {dialect.Quote(table)} t";
        Task<long> OnlyAsync(Table here, Table there) => connection.ScalarAsync<long>($"SELECT count(*) FROM ({Rows(here)} EXCEPT ALL {Rows(there)}) x", ct);
        return difference with { Added = await OnlyAsync(after, before), Removed = await OnlyAsync(before, after) };
    }

    string Side(string alias, Value value) => value.AsText ? $"CAST({alias}.{dialect.Quote(value.Name)} AS {dialect.Text})" : $"{alias}.{dialect.Quote(value.Name)}";

    async Task<bool> NamesRowsAsync(Table table, IReadOnlyList<string> key, CancellationToken ct) =>
        !await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {dialect.Quote(table)} WHERE {string.Join(" OR ", key.Select(k => $"{dialect.Quote(k)} IS NULL"))})", ct)
        && !await connection.ScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {dialect.Quote(table)} GROUP BY {dialect.Quote(key)} HAVING count(*) > 1)", ct);

    async Task<List<Column>> ColumnsAsync(Table table, IReadOnlySet<string> ignored, CancellationToken ct) =>
        (await connection.QueryAsync(dialect.ColumnsQuery, r => new Column(r.GetString(0), r.GetString(1)), ct, ("schema", table.Schema), ("name", table.Name))).FindAll(c => !ignored.Contains(c.Name));

    async Task<long> CountAsync(Table table, List<Column> columns, CancellationToken ct) =>
        columns.Count == 0 ? 0 : await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(table)}", ct);
}
