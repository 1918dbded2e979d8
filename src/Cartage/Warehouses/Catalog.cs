using System.Data.Common;
using Cartage.DuckDb;

namespace Cartage.Warehouses;

/// <summary>What a warehouse says of its tables, in DuckDB's type names.</summary>
public static class Catalog
{
    /// <summary>A table's or view's columns in their order; none where there is no such table.</summary>
    public static async Task<List<Column>> ColumnsAsync(DbConnection connection, Dialect dialect, Table table, CancellationToken ct)
    {
        try
        {
            // DuckDB's information schema lists every column of every table whenever it is asked for one.
            if (connection is DuckDbConnection)
                return await connection.QueryAsync($"DESCRIBE {dialect.Quote(table)}", r => new Column(r.GetString(0), r.GetString(1)), ct);
        }
        catch (DuckDbException e) when (e.ErrorType is DuckDbErrorType.Catalog or DuckDbErrorType.Binder)
        {
            return await KindAsync(connection, table, ct) is null ? [] : await ListedAsync(connection, dialect, table, ct); // a view over something that is gone
        }
        return await ListedAsync(connection, dialect, table, ct);
    }

    /// <summary>The base tables of a schema.</summary>
    public static async Task<HashSet<string>> TablesAsync(DbConnection connection, string schema, CancellationToken ct) =>
        [.. await connection.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() AND table_schema = $schema AND table_type = 'BASE TABLE'", r => r.GetString(0), ct, ("schema", schema))];

    /// <summary>Whether there is such a table or view.</summary>
    public static async Task<bool> ExistsAsync(DbConnection connection, Dialect dialect, Table table, CancellationToken ct) => (await ColumnsAsync(connection, dialect, table, ct)).Count > 0;

    /// <summary><c>VIEW</c> or <c>BASE TABLE</c>, null where there is neither.</summary>
    public static Task<string?> KindAsync(DbConnection connection, Table table, CancellationToken ct) =>
        connection.ScalarAsync<string>(
            connection is DuckDbConnection // whose information schema takes three times as long to say it
                ? """
                  SELECT 'BASE TABLE' FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $schema AND table_name = $name
                  UNION ALL SELECT 'VIEW' FROM duckdb_views() WHERE database_name = current_database() AND schema_name = $schema AND view_name = $name
                  """
                : "SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database() AND table_schema = $schema AND table_name = $name",
            ct, ("schema", table.Schema), ("name", table.Name));

    /// <summary>The columns a SELECT returns.</summary>
    public static async Task<List<Column>> DescribeAsync(DbConnection connection, Dialect dialect, string select, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM ({select}) AS q LIMIT 0";
        await using var reader = await command.ExecuteReaderAsync(ct);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => new Column(reader.GetName(i), dialect.DoorType(reader.GetDataTypeName(i))))];
    }

    static Task<List<Column>> ListedAsync(DbConnection connection, Dialect dialect, Table table, CancellationToken ct) =>
        connection.QueryAsync(dialect.ColumnsQuery, r => new Column(r.GetString(0), dialect.DoorType(r.GetString(1))), ct, ("schema", table.Schema), ("name", table.Name));
}
