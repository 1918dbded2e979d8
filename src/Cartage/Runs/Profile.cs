using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>What a column holds; <paramref name="Distinct"/> is not counted where there are too many rows (<paramref name="About"/>).</summary>
public sealed record ColumnProfile(string Name, string Type, long Nulls, long Distinct, bool About, string? Min, string? Max, double? Mean);

/// <summary>What a table holds.</summary>
public sealed record TableProfile(string Table, long Rows, IReadOnlyList<ColumnProfile> Columns)
{
    const long ExactBelow = 100_000;

    /// <summary>Reads it in one query; smallest and greatest values of <paramref name="pii"/> columns are masked.</summary>
    public static async Task<TableProfile> ReadAsync(DbConnection connection, Dialect dialect, string name, Table table, IReadOnlySet<string> pii, CancellationToken ct)
    {
        var columns = (await Catalog.ColumnsAsync(connection, dialect, table, ct)).Where(c => !c.Name.StartsWith('_')).ToList();
        var about = await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(table)}", ct) > ExactBelow;
        var parts = columns.Select(c =>
        {
            var (column, isOrdered) = (dialect.Quote(c.Name), IsNumber(c.Type) || c.Type is "VARCHAR" or "DATE" or "TIME" or "TIMESTAMP" or "TIMESTAMPTZ" or "TIMESTAMP WITH TIME ZONE");
            string Extreme(string which) =>
                pii.Contains(c.Name) ? $"CASE WHEN count({column}) > 0 THEN '***' END"
                : isOrdered ? $"CAST({which}({column}) AS {dialect.Text})"
                : $"{which}(CAST({column} AS {dialect.Text}))";
            return $", count({column}), {(about ? "0" : $"count(DISTINCT {column})")}, {Extreme("min")}, {Extreme("max")}, {(IsNumber(c.Type) ? $"CAST(sum({column}) AS {dialect.Type("DOUBLE")}) / nullif(count({column}), 0)" : dialect.Null("DOUBLE"))}";
        });
        return (await connection.QueryAsync($"SELECT count(*){string.Concat(parts)} FROM {dialect.Quote(table)}", r =>
        {
            var rows = r.GetInt64(0);
            return new TableProfile(name, rows, [.. columns.Select((c, i) => Column(r, c, i * 5 + 1, rows, about))]);
        }, ct))[0];
    }

    static ColumnProfile Column(DbDataReader r, Column column, int at, long rows, bool about) =>
        new(column.Name, column.Type, rows - r.GetInt64(at), r.GetInt64(at + 1), about, Text(r, at + 2), Text(r, at + 3), r.IsDBNull(at + 4) ? null : r.GetDouble(at + 4));

    static string? Text(DbDataReader r, int at) => r.IsDBNull(at) ? null : r.GetString(at) is { Length: > 60 } text ? text[..60] + "…" : r.GetString(at);

    static bool IsNumber(string type) => type.Contains("INT", StringComparison.Ordinal) && type != "INTERVAL" || type.StartsWith("DECIMAL", StringComparison.Ordinal) || type is "DOUBLE" or "FLOAT";
}
