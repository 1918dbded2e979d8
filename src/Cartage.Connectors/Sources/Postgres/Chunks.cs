using System.Data.Common;
using System.Globalization;
using Cartage.Warehouses;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>Cuts a table into ranges of keys of about as many rows as a feed wants in a page.</summary>
static class Chunks
{
    const int SampledPerChunk = 200;

    /// <summary>The ranges of a table, or of what lies within one of its ranges; one range where it is small or has no storage to sample.</summary>
    public static async Task<IReadOnlyList<KeyRange>> OfAsync(DbConnection connection, SourceTable table, KeyRange within, CancellationToken ct)
    {
        var wanted = (int)Math.Min(10_000, ((table.EstimatedRows ?? 0) + table.Feed.ChunkRows - 1) / table.Feed.ChunkRows);
        if (wanted <= 1 || table.Feed.Key.Count == 0)
            return [within];
        // A sample of the pages gives the borders at a small part of the price of sorting all keys; chunks need not be equal.
        var percent = Math.Min(100.0, 100.0 * SampledPerChunk * wanted / table.EstimatedRows!.Value);
        var texts = table.Feed.Key.Select((k, i) => $"CAST({Dialect.DuckDb.Quote(k)} AS text) AS t{i}");
        var condition = table.Within(within);
        var borders = await connection.QueryAsync(
            string.Create(CultureInfo.InvariantCulture,
                $"""
                SELECT {string.Join(", ", table.Feed.Key.Select((_, i) => $"t{i}"))} FROM (
                  SELECT {string.Join(", ", texts)}, row_number() OVER (ORDER BY {table.Key}) AS n, count(*) OVER () AS rows FROM {table.From} TABLESAMPLE SYSTEM ({percent:F6}) REPEATABLE (0)
                  WHERE {string.Join(" AND ", table.Feed.Key.Select(k => $"{Dialect.DuckDb.Quote(k)} IS NOT NULL"))}{(condition.Length > 0 ? " AND " : "")}{condition}) AS s
                WHERE n > 1 AND n * {wanted} / rows <> (n - 1) * {wanted} / rows AND n < rows ORDER BY n
                """),
            r => (IReadOnlyList<string>)[.. Enumerable.Range(0, r.FieldCount).Select(r.GetString)], ct);
        return [.. borders.Prepend(within.From!).Zip(borders.Append(within.To!), (from, to) => new KeyRange(from, to))];
    }

    /// <summary>What is left of all keys when ranges that do not overlap are taken out; the server puts the ends of the gaps in order.</summary>
    public static async Task<IReadOnlyList<KeyRange>> MissingAsync(DbConnection connection, SourceTable table, IReadOnlyList<KeyRange> finished, CancellationToken ct)
    {
        var (begins, ends) = (finished.Select(r => Name(r.From)).ToHashSet(), finished.Select(r => Name(r.To)).ToHashSet());
        var from = await SortedAsync(connection, table, finished.Select(r => r.To).OfType<IReadOnlyList<string>>().Where(k => !begins.Contains(Name(k))), ct);
        var to = await SortedAsync(connection, table, finished.Select(r => r.From).OfType<IReadOnlyList<string>>().Where(k => !ends.Contains(Name(k))), ct);
        return [.. (finished.Any(r => r.From is null) ? from : from.Prepend(null!)).Zip(finished.Any(r => r.To is null) ? to : to.Append(null!), (f, t) => new KeyRange(f, t))];
    }

    static async Task<List<IReadOnlyList<string>>> SortedAsync(DbConnection connection, SourceTable table, IEnumerable<IReadOnlyList<string>> keys, CancellationToken ct)
    {
        var rows = keys.Select(table.Values).ToList();
        var names = string.Join(", ", table.Feed.Key.Select((_, i) => $"k{i}"));
        return rows.Count == 0 ? []
            : await connection.QueryAsync(
                $"SELECT {string.Join(", ", table.Feed.Key.Select((_, i) => $"CAST(k{i} AS text)"))} FROM (VALUES {string.Join(", ", rows)}) AS v({names}) ORDER BY {names.Replace(", ", ", v.").Insert(0, "v.")}",
                r => (IReadOnlyList<string>)[.. Enumerable.Range(0, r.FieldCount).Select(r.GetString)], ct);
    }

    static string Name(IReadOnlyList<string>? key) => key is null ? "" : string.Join('\u001f', key);
}
