using System.Data.Common;

namespace Cartage.Warehouses;

/// <summary>What a warehouse says of its tables, in DuckDB's type names.</summary>
public static class Catalog
{
    /// <summary>A table's or view's columns in their order; none where there is no such table.</summary>
    public static Task<List<Column>> ColumnsAsync(DbConnection connection, Dialect dialect, Table table, CancellationToken ct) =>
        connection.QueryAsync(dialect.ColumnsQuery, r => new Column(r.GetString(0), dialect.DoorType(r.GetString(1))), ct, ("schema", table.Schema), ("name", table.Name));

    /// <summary>Whether there is such a table or view.</summary>
    public static async Task<bool> ExistsAsync(DbConnection connection, Dialect dialect, Table table, CancellationToken ct) => (await ColumnsAsync(connection, dialect, table, ct)).Count > 0;

    /// <summary><c>VIEW</c> or <c>BASE TABLE</c>, null where there is neither.</summary>
    public static Task<string?> KindAsync(DbConnection connection, Table table, CancellationToken ct) =>
        connection.ScalarAsync<string>("SELECT table_type FROM information_schema.tables WHERE table_schema = $schema AND table_name = $name", ct, ("schema", table.Schema), ("name", table.Name));

    /// <summary>The columns a SELECT returns.</summary>
    public static async Task<List<Column>> DescribeAsync(DbConnection connection, Dialect dialect, string select, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM ({select}) AS q LIMIT 0";
        await using var reader = await command.ExecuteReaderAsync(ct);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => new Column(reader.GetName(i), dialect.DoorType(reader.GetDataTypeName(i))))];
    }
}
