using System.Data.Common;
using Cartage.DuckDb;

namespace Cartage.Warehouses;

/// <summary>Rows of a warehouse on their way back to the door, as text that is typed again there.</summary>
public static class Handover
{
    /// <summary>Makes a table at the door with columns of one in the warehouse; for few rows.</summary>
    public static async Task ToDoorAsync(DbConnection connection, Dialect dialect, Table from, IReadOnlyList<Column> columns, DuckDbConnection door, Table to, CancellationToken ct)
    {
        var (duck, text) = (Dialect.DuckDb, to with { Name = to.Name + "__text" });
        await door.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {duck.Quote(to.Schema)}; {duck.Create(text, columns.Select(c => c with { Type = "VARCHAR" }))}", ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", columns.Select(c => $"CAST({dialect.Quote(c.Name)} AS {dialect.Type("VARCHAR")})"))} FROM {dialect.Quote(from)}";
        await using (var rows = await command.ExecuteReaderAsync(ct))
        using (var appender = door.CreateAppender(text.Name, text.Schema))
        {
            var row = new object?[columns.Count];
            while (await rows.ReadAsync(ct))
            {
                for (var i = 0; i < row.Length; i++)
                    row[i] = rows.IsDBNull(i) ? null : rows.GetString(i);
                appender.AppendRow(row);
            }
            appender.Close();
        }
        await door.ExecuteAsync($"{duck.Create(to, $"SELECT {string.Join(", ", columns.Select(c => $"CAST({duck.Quote(c.Name)} AS {c.Type}) AS {duck.Quote(c.Name)}"))} FROM {duck.Quote(text)}")}; DROP TABLE {duck.Quote(text)}", ct);
    }
}
