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
            var longest = await SaveAsync(connection, $"COPY (SELECT {written} FROM {dialect.Quote(table)}) TO STDOUT (FORMAT csv, HEADER)", file, ct);
            var types = string.Join(", ", columns.Select(c => $"{sql.Literal(c.Name)}: {sql.Literal(TypeInText(c))}"));
            var read = string.Join(", ", columns.Select(c => IsBytes(c) ? $"unhex({sql.Quote(c.Name)}) AS {sql.Quote(c.Name)}" : sql.Quote(c.Name)));
            await door.ExecuteAsync(
                $$"""
                CREATE SCHEMA IF NOT EXISTS {{sql.Quote(table.Schema)}};
                CREATE TABLE {{sql.Quote(table)}} AS
                SELECT {{read}} FROM read_csv({{sql.Literal(file)}}, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, max_line_size = {{Math.Max(longest + 2, 2 << 20)}}, columns = { {{types}} })
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

    // The bytes as they come, nothing decoded; returns the longest record.
    static async Task<long> SaveAsync(NpgsqlConnection connection, string copy, string file, CancellationToken ct)
    {
        await using var output = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        using var reader = (StreamReader)await connection.BeginTextExportAsync(copy, ct);
        var buffer = new byte[1 << 18];
        var records = new Records();
        for (int read; (read = await reader.BaseStream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)) > 0; )
        {
            records.Add(buffer.AsSpan(0, read));
            await output.WriteAsync(buffer.AsMemory(0, read), ct);
        }
        return records.Longest;
    }

    // A line break within quotes does not end a record.
    sealed class Records
    {
        long _length;
        bool _quoted;

        public long Longest { get; private set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            for (int at; (at = bytes.IndexOfAny((byte)'"', (byte)'\n')) >= 0; bytes = bytes[(at + 1)..])
            {
                _length += at + 1;
                if (bytes[at] == '"')
                    _quoted = !_quoted;
                else if (!_quoted)
                    (Longest, _length) = (Math.Max(Longest, _length), 0);
            }
            _length += bytes.Length;
            Longest = Math.Max(Longest, _length);
        }
    }
}
