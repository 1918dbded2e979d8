using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>A SELECT over tables alone, cut down to some values of its output columns: at every table whose rows with other values provably do nothing for them, and at the end.</summary>
sealed class CutSelect(DbConnection connection, Dialect dialect, string sql, SelectLineage lineage, Func<TableRead, string?> resolve, IReadOnlyDictionary<string, IReadOnlyList<Column>> columns)
{
    /// <summary>Which columns of its tables the output columns are equal to.</summary>
    public SelectLineage Lineage => lineage;

    /// <summary>The type of a table's column.</summary>
    public string? TypeOf(string table, string column) => columns[table].FirstOrDefault(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Type;

    /// <summary>The type of all the columns that an output column equals; null where they have several: values of other types may be equal one by one and yet not all with each other.</summary>
    public string? OneType(string output) =>
        lineage.Columns.First(c => c.Name.Equals(output, StringComparison.OrdinalIgnoreCase)).Origins.Select(o => TypeOf(o.Leaf.Name, o.Column)).Distinct().ToList() is [var one] ? one : null;

    /// <summary>The SELECT's rows whose <paramref name="output"/> columns have values that <paramref name="values"/> returns, each once and never NULL, under the same names.</summary>
    public async Task<string> ByAsync(IReadOnlyList<string> output, string values, CancellationToken ct)
    {
        var cut = await ModelReader.RewriteAsync(connection, sql, read => At(read, output, values), ct);
        return $"SELECT s.* FROM ({cut}\n) s JOIN ({values}) v ON {string.Join(" AND ", output.Select(o => $"v.{dialect.Quote(o)} = s.{dialect.Quote(o)}"))}";
    }

    string At(TableRead read, IReadOnlyList<string> output, string values)
    {
        var table = resolve(read)!;
        var known = output.Select(o => (Output: o, Column: lineage.ColumnAt(read.Offset, o))).Where(x => x.Column is not null && TypeOf(read.Name, x.Column) == OneType(x.Output)).ToList();
        return known.Count == 0
            ? table
            : $"(SELECT t.* FROM {table} t JOIN (SELECT DISTINCT {dialect.Quote(known.Select(x => x.Output))} FROM ({values}) a) v ON {string.Join(" AND ", known.Select(x => $"v.{dialect.Quote(x.Output)} = t.{dialect.Quote(x.Column!)}"))})";
    }
}
