using System.Data.Common;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>A column of a feed in its database: its name and its type as the server spells it, and whether it can be without a value.</summary>
sealed record SourceColumn(string Name, string Type, bool IsNullable);

/// <summary>What a feed reads: a relation or a query, its columns, and the SQL that is said of them.</summary>
sealed record SourceTable(Feed Feed, string From, IReadOnlyList<SourceColumn> Columns)
{
    static readonly Dialect Sql = Dialect.DuckDb; // PostgreSQL quotes as DuckDB does

    /// <summary>About how many rows it has.</summary>
    public long EstimatedRows { get; private init; }

    /// <summary>Whether it is a table, whose pages can be sampled; else a view, a foreign table or a query.</summary>
    public bool IsStored { get; private init; }

    /// <summary>The columns as they are landed.</summary>
    public IReadOnlyList<Column> Portable => [.. Columns.Select(c => new Column(c.Name, LoadedAs(c)))];

    /// <summary>The change time's type, null for a feed without one.</summary>
    public string? CursorType => Feed.Cursor is { } name ? Columns.First(c => c.Name == name).Type : null;

    /// <summary>Every column as COPY is to write it.</summary>
    public string Select => string.Join(", ", Columns.Select(c => $"{SourceTypes.Written(Sql.Quote(c.Name), c.Type, Wanted(c.Name))} AS {Sql.Quote(c.Name)}"));

    /// <summary>The columns of the key.</summary>
    public string Key => Sql.Quote(Feed.Key);

    /// <summary>The columns of the key as the text they have once loaded.</summary>
    public IEnumerable<string> KeyTexts => Feed.Key.Select(k => Columns.First(c => c.Name == k)).Select(c => SourceTypes.KeyText(Sql.Quote(c.Name), c.Type, LoadedAs(c)));

    /// <summary>Looks at what a feed reads; a <see cref="PipelineException"/> names what is not there.</summary>
    public static async Task<SourceTable> DescribeAsync(DbConnection connection, Feed feed, CancellationToken ct)
    {
        var from = feed.Query is { } query ? $"({query.Trim().TrimEnd(';')}\n) AS q" : Quoted(feed);
        var columns = await DescribeSelectAsync(connection, from, ct);
        var stored = feed.Query is null ? await StoredRowsAsync(connection, from, ct) : null;
        var table = new SourceTable(feed, from, columns) { IsStored = stored is not null, EstimatedRows = stored ?? (await Estimate.OfAsync(connection, $"SELECT * FROM {from}", ct)).Rows };
        foreach (var needed in feed.Key.Concat(feed.Cursor is { } cursor ? [cursor] : []).Concat(feed.Columns.Where(c => c.Required).Select(c => c.Name)))
            if (columns.All(c => c.Name != needed))
                throw new PipelineException(
                    $"{feed.File}:{feed.Line}: the feed '{feed.Name}': {feed.Relation ?? "its query"} has no column '{needed}'",
                    hint: Spelling.Suggest(needed, columns.Select(c => c.Name)) ?? $"It has {string.Join(", ", columns.Take(20).Select(c => c.Name))}.");
        return table;
    }

    /// <summary>A <c>COPY … TO STDOUT</c> of the rows for which a condition holds.</summary>
    public string Copy(string condition = "", string order = "") =>
        $"COPY ({Selecting(condition)}{(order.Length == 0 ? "" : $" ORDER BY {order}")}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')";

    /// <summary>The rows of a range of keys.</summary>
    public string Selecting(KeyRange keys) => Selecting(Within(keys));

    /// <summary>The condition of a range of keys; what has no key is in the last.</summary>
    public string Within(KeyRange keys)
    {
        var condition = string.Join(" AND ", new[]
        {
            keys.From is { } from ? AtLeast(from) : null,
            keys.To is { } to ? Below(to) : null,
        }.OfType<string>());
        var nullable = Columns.Where(c => c.IsNullable && Feed.Key.Contains(c.Name)).Select(c => Sql.Quote(c.Name)).ToList();
        return keys.To is not null ? condition + string.Concat(nullable.Select(c => $" AND {c} IS NOT NULL")) // a row may be compared by its other columns
            : keys.From is not null && nullable.Count > 0 ? $"({condition}{string.Concat(nullable.Select(c => $" OR {c} IS NULL"))})"
            : condition;
    }

    // The first column is compared alone too: the columns of a view's key may come from several tables, and a row of them is in no index.
    string AtLeast(IReadOnlyList<string> key) => $"({Key}) >= {Values(key)}" + (key.Count > 1 ? $" AND {Sql.Quote(Feed.Key[0])} >= {Value(key[0], Feed.Key[0])}" : "");

    string Below(IReadOnlyList<string> key) => $"({Key}) < {Values(key)}" + (key.Count > 1 ? $" AND {Sql.Quote(Feed.Key[0])} <= {Value(key[0], Feed.Key[0])}" : "");

    string Selecting(string condition) => $"SELECT {Select} FROM {From}{(condition.Length == 0 ? "" : $" WHERE {condition}")}";

    // The type a column is landed with: what the contract says where that decides how a value is written.
    string LoadedAs(SourceColumn column) => Wanted(column.Name) ?? SourceTypes.Portable(column.Type);

    string? Wanted(string column) => Feed.Columns.FirstOrDefault(c => c.Name == column) ?.DoorType;

    /// <summary>A key given as text, as the server's row.</summary>
    public string Values(IReadOnlyList<string> values) => $"({string.Join(", ", values.Zip(Feed.Key, Value))})";

    string Value(string text, string column) => $"CAST({Sql.Literal(text)} AS {Columns.First(c => c.Name == column).Type})";

    static async Task<List<SourceColumn>> DescribeSelectAsync(DbConnection connection, string from, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {from} LIMIT 0";
        await using var reader = await command.ExecuteReaderAsync(ct); // run, not only described: that proves that it may be read
        return [.. (await reader.GetColumnSchemaAsync(ct)).Select(c => new SourceColumn(c.ColumnName, Type(c), c.AllowDBNull != false))];
    }

    // Without its length 'character' would be one character.
    static string Type(DbColumn column) =>
        column.DataTypeName switch
        {
            "numeric" when column.NumericPrecision is { } precision => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"numeric({precision},{column.NumericScale ?? 0})"),
            "character" => "bpchar",
            var type => type ?? "text",
        };

    // Views and foreign tables have no storage to sample; a table nobody analysed is told by its size.
    static async Task<long?> StoredRowsAsync(DbConnection connection, string from, CancellationToken ct) =>
        await connection.ScalarAsync<long?>(
            """
            SELECT CAST(sum(CASE WHEN p.reltuples >= 0 AND p.relpages > 0 THEN p.reltuples / p.relpages * (pg_relation_size(p.oid) / 8192.0) ELSE pg_relation_size(p.oid) / 100.0 END) AS bigint)
            FROM pg_class c CROSS JOIN LATERAL (SELECT c.oid WHERE c.relkind <> 'p' UNION ALL SELECT relid FROM pg_partition_tree(c.oid) WHERE c.relkind = 'p' AND isleaf) t(oid) JOIN pg_class p ON p.oid = t.oid
            WHERE c.oid = to_regclass($name) AND c.relkind IN ('r', 'm', 'p')
            """, ct, ("name", from));

    // store.orders, or "Store"."Orders.2024" where a name holds a dot.
    static string Quoted(Feed feed)
    {
        List<string> parts = [];
        var rest = feed.Relation!.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            if (rest[0] == '"' && rest[1..].IndexOf('"') is >= 0 and var end)
            {
                parts.Add(rest[1..(end + 1)].ToString());
                rest = rest[(end + 2)..].TrimStart('.');
                continue;
            }
            var dot = rest.IndexOf('.');
            parts.Add((dot < 0 ? rest : rest[..dot]).ToString());
            rest = dot < 0 ? [] : rest[(dot + 1)..];
        }
        return string.Join('.', parts.Select(Sql.Quote));
    }
}
