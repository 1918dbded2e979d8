using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>What a column holds; <paramref name="Distinct"/> is an estimate where <paramref name="About"/>.</summary>
public sealed record ColumnProfile(string Name, string Type, long Nulls, long Distinct, bool About, string? Min, string? Max, double? Mean);

/// <summary>What a table holds.</summary>
public sealed record TableProfile(string Table, long Rows, IReadOnlyList<ColumnProfile> Columns)
{
    const long ExactBelow = 100_000;

    /// <summary>Reads it in one query; smallest and greatest values of <paramref name="pii"/> columns are masked.</summary>
    public static async Task<TableProfile> ReadAsync(DbConnection connection, Dialect dialect, Table table, IReadOnlySet<string> pii, CancellationToken ct)
    {
        var columns = (await connection.QueryAsync($"DESCRIBE SELECT * FROM {dialect.Quote(table)}", r => new Column(r.GetString(0), r.GetString(1)), ct)).Where(c => !c.Name.StartsWith('_')).ToList();
        var about = await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(table)}", ct) > ExactBelow;
        var parts = columns.Select(c => $", count({dialect.Quote(c.Name)}), {(about ? "0" : $"count(DISTINCT {dialect.Quote(c.Name)})")}, CAST(min({dialect.Quote(c.Name)}) AS VARCHAR), CAST(max({dialect.Quote(c.Name)}) AS VARCHAR), {(IsNumber(c.Type) ? $"avg({dialect.Quote(c.Name)})::DOUBLE" : "NULL::DOUBLE")}");
        return (await connection.QueryAsync($"SELECT count(*){string.Concat(parts)} FROM {dialect.Quote(table)}", r =>
        {
            var rows = r.GetInt64(0);
            return new TableProfile(table.Name, rows, [.. columns.Select((c, i) => Column(r, c, i * 5 + 1, rows, about, pii.Contains(c.Name)))]);
        }, ct))[0];
    }

    static ColumnProfile Column(DbDataReader r, Column column, int at, long rows, bool about, bool masked) =>
        new(column.Name, column.Type, rows - r.GetInt64(at), r.GetInt64(at + 1), about, Text(r, at + 2, masked), Text(r, at + 3, masked), r.IsDBNull(at + 4) ? null : r.GetDouble(at + 4));

    static string? Text(DbDataReader r, int at, bool masked) => r.IsDBNull(at) ? null : masked ? "***" : r.GetString(at) is { Length: > 60 } text ? text[..60] + "…" : r.GetString(at);

    static bool IsNumber(string type) => type.Contains("INT", StringComparison.Ordinal) && type != "INTERVAL" || type.StartsWith("DECIMAL", StringComparison.Ordinal) || type is "DOUBLE" or "FLOAT";
}
