using System.Data.Common;

namespace Cartage.Warehouses;

/// <summary>Proves that columns tell the rows of a table apart.</summary>
static class Distinctness
{
    const decimal MostBits = 1 << 27, MostBitsARow = 8;

    /// <summary>Whether no two rows of a table have the same values in some columns.</summary>
    public static async Task<bool> AreDistinctAsync(this DbConnection connection, Dialect dialect, Table table, IReadOnlyList<string> columns, CancellationToken ct) =>
        await AreTickedOffAsync(connection, dialect, table, columns, ct) || await connection.ScalarAsync<bool>(string.Format(null, dialect.AreDistinct, dialect.Quote(table), dialect.Quote(columns)), ct);

    // Whole numbers that lie close together have each a place in a map of bits: to tick them off takes half of what hashing them does.
    static async Task<bool> AreTickedOffAsync(DbConnection connection, Dialect dialect, Table table, IReadOnlyList<string> columns, CancellationToken ct)
    {
        if (dialect.AreTickedOff.Length == 0 || !columns.All((await Catalog.ColumnsAsync(connection, dialect, table, ct)).Where(c => c.Type is "SMALLINT" or "INTEGER" or "BIGINT").Select(c => c.Name).Contains))
            return false;
        var (rows, ends) = (await connection.QueryAsync(
            $"SELECT count(*){string.Concat(columns.Select(c => $", min({dialect.Quote(c)}), max({dialect.Quote(c)})"))} FROM {dialect.Quote(table)}",
            r => (r.GetInt64(0), columns.Select((_, i) => r.IsDBNull(2 * i + 1) ? (0, 0) : ((decimal)r.GetInt64(2 * i + 1), (decimal)r.GetInt64(2 * i + 2))).ToList()), ct))[0];
        var (place, bits) = ("0", 1m);
        foreach (var (column, (least, greatest)) in columns.Zip(ends))
        {
            bits *= greatest - least + 1;
            if (bits > Math.Min(MostBits, MostBitsARow * rows))
                return false;
            place = $"({place}) * {greatest - least + 1} + (CAST({dialect.Quote(column)} AS BIGINT) - ({least}))";
        }
        return await connection.ScalarAsync<bool>(string.Format(null, dialect.AreTickedOff, dialect.Quote(table), place, bits - 1), ct);
    }
}
