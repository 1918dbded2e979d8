using Cartage.DuckDb;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>A table of PostgreSQL at the door, under its name: its CSV as the server writes it, read with the types the server says.</summary>
static class CsvCopy
{
    public static async Task RunAsync(NpgsqlConnection connection, DuckDbConnection door, Dialect dialect, Table table, string tempFolder, CancellationToken ct)
    {
        var columns = await Catalog.ColumnsAsync(connection, dialect, table, ct);
        var file = Path.Combine(tempFolder, Path.GetRandomFileName());
        try
        {
            var sql = Dialect.DuckDb;
            var written = string.Join(", ", columns.Select(c => IsBytes(c) ? $"encode({dialect.Quote(c.Name)}, 'hex') AS {dialect.Quote(c.Name)}" : dialect.Quote(c.Name)));
            await SaveAsync(connection, $"COPY (SELECT {written} FROM {dialect.Quote(table)}) TO STDOUT (FORMAT csv, HEADER)", file, ct);
            var types = string.Join(", ", columns.Select(c => $"{sql.Literal(c.Name)}: {sql.Literal(TypeInText(c))}"));
            var read = string.Join(", ", columns.Select(c => IsBytes(c) ? $"unhex({sql.Quote(c.Name)}) AS {sql.Quote(c.Name)}" : sql.Quote(c.Name)));
            await door.ExecuteAsync(
                $$"""
                CREATE SCHEMA IF NOT EXISTS {{sql.Quote(table.Schema)}};
                CREATE TABLE {{sql.Quote(table)}} AS
                SELECT {{read}} FROM read_csv({{sql.Literal(file)}}, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, max_line_size = 60000000, columns = { {{types}} })
                """,
                ct);
        }
        finally
        {
            File.Delete(file);
        }
    }

    static bool IsBytes(Column column) => column.Type == "BLOB";

    // Numbers longer than any type of DuckDB stay exact as text.
    static string TypeInText(Column column) =>
        IsBytes(column) ? "VARCHAR"
        : column.Type.StartsWith("DECIMAL(", StringComparison.Ordinal) && int.Parse(column.Type[8..].Split(',', ')')[0], System.Globalization.CultureInfo.InvariantCulture) > 38 ? "VARCHAR"
        : column.Type;

    static async Task SaveAsync(NpgsqlConnection connection, string copy, string file, CancellationToken ct)
    {
        await using var output = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        using var reader = (StreamReader)await connection.BeginTextExportAsync(copy, ct);
        await reader.BaseStream.CopyToAsync(output, 1 << 18, ct); // the bytes as they come: nothing is decoded
    }
}
