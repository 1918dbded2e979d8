using System.Data.Common;
using System.Globalization;
using Cartage.Warehouses;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>Cuts a table into ranges of keys of about as many rows as a feed wants in a page.</summary>
static class Chunks
{
    const int SampledPerChunk = 200;

    // How much more than the whole all ranges of a view may cost the server: a reader of four at once still waits no longer.
    const int MostWork = 4;

    /// <summary>The ranges of a table, or of what lies within one of its ranges; one range where it is small, or where the server would compute all of a view to find a part.</summary>
    public static async Task<IReadOnlyList<KeyRange>> OfAsync(DbConnection connection, SourceTable table, KeyRange within, CancellationToken ct)
    {
        var wanted = Math.Min(10_000, (table.EstimatedRows + table.Feed.ChunkRows - 1) / table.Feed.ChunkRows);
        if (wanted <= 1 || table.Feed.Key.Count == 0)
            return [within];
        var borders = await BordersAsync(connection, table, within, wanted, ct);
        List<KeyRange> ranges = [.. borders.Prepend(within.From!).Zip(borders.Append(within.To!), (from, to) => new KeyRange(from, to))];
        return table.IsStored || ranges.Count == 1 || await IsWorthItAsync(connection, table, within, ranges, ct) ? ranges : [within];
    }

    // A sample gives the borders at a small part of the price of sorting all keys; chunks need not be equal. A table's pages are sampled without reading the others.
    // A view's estimate may be far off, so its sample says how many chunks it has.
    static async Task<List<IReadOnlyList<string>>> BordersAsync(DbConnection connection, SourceTable table, KeyRange within, long wanted, CancellationToken ct)
    {
        var perChunk = Math.Min(SampledPerChunk, table.Feed.ChunkRows);
        var percent = table.IsStored ? Math.Min(100.0, 100.0 * SampledPerChunk * wanted / table.EstimatedRows) : 100.0 * perChunk / table.Feed.ChunkRows;
        var (sample, drawn, chunks) = table.IsStored
            ? (string.Create(CultureInfo.InvariantCulture, $" TABLESAMPLE SYSTEM ({percent:F6}) REPEATABLE (0)"), "", $"{wanted}")
            : ("", string.Create(CultureInfo.InvariantCulture, $"random() * 100 < {percent:F6}"), $"least(10000, round(rows / {perChunk}.0)::bigint)");
        var texts = table.Feed.Key.Select((k, i) => $"CAST({Dialect.DuckDb.Quote(k)} AS text) AS t{i}");
        var conditions = table.Feed.Key.Select(k => $"{Dialect.DuckDb.Quote(k)} IS NOT NULL").Append(table.Within(within)).Append(drawn);
        var borders = await connection.QueryAsync(
            $"""
            SELECT {string.Join(", ", table.Feed.Key.Select((_, i) => $"t{i}"))} FROM (
              SELECT {string.Join(", ", texts)}, row_number() OVER (ORDER BY {table.Key}) AS n, count(*) OVER () AS rows FROM {table.From}{sample}
              WHERE {string.Join(" AND ", conditions.Where(c => c.Length > 0))}) AS s
            WHERE n > 1 AND n * {chunks} / rows <> (n - 1) * {chunks} / rows AND n < rows ORDER BY n
            """,
            r => (IReadOnlyList<string>)[.. Enumerable.Range(0, r.FieldCount).Select(r.GetString)], ct);
        return [.. borders.DistinctBy(Name)]; // a key that comes twice is no range
    }

    // Where the key does not lead to a range, a view is computed anew for each.
    static async Task<bool> IsWorthItAsync(DbConnection connection, SourceTable table, KeyRange all, IReadOnlyList<KeyRange> ranges, CancellationToken ct)
    {
        var whole = await Estimate.OfAsync(connection, table.Selecting(all), ct);
        var one = await Estimate.OfAsync(connection, table.Selecting(ranges[ranges.Count / 2]), ct);
        return one.Cost * ranges.Count <= MostWork * whole.Cost;
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
                // None of the table's rows, but the order that its columns have: text has its database's otherwise.
                $"SELECT {string.Join(", ", table.Feed.Key.Select((_, i) => $"CAST(k{i} AS text)"))} FROM (SELECT {table.Key} FROM {table.From} WHERE false UNION ALL VALUES {string.Join(", ", rows)}) AS v({names}) ORDER BY {names.Replace(", ", ", v.").Insert(0, "v.")}",
                r => (IReadOnlyList<string>)[.. Enumerable.Range(0, r.FieldCount).Select(r.GetString)], ct);
    }

    static string Name(IReadOnlyList<string>? key) => key is null ? "" : string.Join('\u001f', key);
}
