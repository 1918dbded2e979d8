using System.Data.Common;
using System.Text.RegularExpressions;
using Cartage.Warehouses;

namespace Cartage.Ingest.Crawling;

/// <summary>Finds the columns that name a row.</summary>
static partial class KeyFinder
{
    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>The key and why; none where no column or pair of columns that look like names has another value in every row.</summary>
    public static async Task<(IReadOnlyList<string> Key, string Why)> FindAsync(DbConnection connection, string table, IReadOnlyList<ColumnType> columns, CancellationToken ct)
    {
        if (columns.Count == 0 || columns[0].Rows == 0)
            return ([], "there is no row to tell it from");
        var able = columns.Where(c => c.Values == c.Rows && c.Type is "integer" or "bigint" or "text" or "uuid" or "date").ToList();
        // Where no name says anything, every column may be one.
        var named = columns.Any(c => Names().IsMatch(c.Name)) ? able.FindAll(c => Names().IsMatch(c.Name) || c.Name == columns[0].Name) : able;
        if (named.Find(c => c.Distinct == c.Rows && c.Type != "date") is { } single)
            return ([single.Name], FormattableString.Invariant($"{single.Rows:N0} rows, {single.Distinct:N0} different values, none empty"));
        foreach (var (first, second) in named.Take(6).SelectMany((a, i) => named.Take(6).Skip(i + 1).Select(b => (a.Name, b.Name))))
            if (await connection.ScalarAsync<bool>($"SELECT count(*) = count(DISTINCT ({Sql.Quote(first)}, {Sql.Quote(second)})) FROM {table}", ct))
                return ([first, second], FormattableString.Invariant($"{columns[0].Rows:N0} rows, each with another pair of the two, none empty; neither alone"));
        var closest = named.MaxBy(c => c.Distinct);
        return ([], closest is null ? "no column that looks like a name is filled in every row: every line is kept"
            : FormattableString.Invariant($"no column or pair names each row; the closest, {closest.Name}, has {closest.Distinct:N0} values in {closest.Rows:N0} rows: every line is kept"));
    }

    [GeneratedRegex(@"(id|no|nr|code|key|number|sku|asin|gtin|uuid)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Names();
}
