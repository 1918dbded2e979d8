using System.Data.Common;
using Cartage.Connectors.Warehouses;
using Cartage.Connectors.Warehouses.Copying;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Tests.Warehouses;

/// <summary>Redshift's statements on a PostgreSQL server, as far as both understand them: what only Redshift has stands in comments, COPY is replaced by reading the same files, and its functions are made up.</summary>
sealed class RedshiftOnPostgres(PostgresWarehouse server, string folder) : IWarehouse
{
    public const string Functions = "CREATE FUNCTION public.strtol(text, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CAST(CAST('x' || lpad($1, 16, '0') AS bit(64)) AS bigint) $$";

    readonly IObjectStore _bucket = new LocalFolder(Path.Combine(folder, "bucket"));

    public Dialect Dialect { get; } = RedshiftDialect.Instance with
    {
        CreateView = "CREATE VIEW {0} AS {1} /* WITH NO SCHEMA BINDING */",
        Dependents = server.Dialect.Dependents,
        ViewDefinition = server.Dialect.ViewDefinition,
        RowAsJson = server.Dialect.RowAsJson,
        CreateLaidOut = (table, select, _, layout) => $"DROP TABLE IF EXISTS {table} CASCADE; CREATE TABLE {table} /*{RedshiftDialect.Attributes(layout)} */ AS {select}",
    };

    public static async Task<RedshiftOnPostgres> OpenAsync(string url, string project, IReadOnlyList<string> folders, string temp, Microsoft.Extensions.Logging.ILoggerFactory? log = null)
    {
        var bucket = Directory.CreateDirectory(Path.Combine(temp, "bucket")).FullName;
        return new(await PostgresWarehouse.OpenAsync(new(url, project, new([.. folders, bucket], temp, Threads: 1)) { Log = log }, CancellationToken.None), temp);
    }

    public ValueTask<DbConnection> OpenAsync(CancellationToken ct) => server.OpenAsync(ct);

    public ValueTask<DuckDbConnection> OpenDoorAsync(Table? reading, CancellationToken ct) => server.OpenDoorAsync(reading, ct);

    public async ValueTask ReceiveAsync(DuckDbConnection door, Table table, CancellationToken ct)
    {
        var fields = ParquetCopy.Fields(await Catalog.ColumnsAsync(door, Cartage.Warehouses.Dialect.DuckDb, table, ct));
        var copy = new ParquetCopy(_bucket, "s3://bucket", folder);
        var prefix = $"redshift/{table}/{Guid.NewGuid():n}";
        await using var connection = (NpgsqlConnection)await OpenAsync(ct);
        if (await copy.WriteAsync(door, table, prefix, slices: 2, ct) is null)
            await connection.ExecuteAsync(Dialect.Create(table, fields.Select(f => f.Column)), ct);
        else
        {
            await door.ExecuteAsync($"CREATE OR REPLACE TABLE {Dialect.Quote(table)} AS SELECT {Dialect.Quote(fields.Select(f => f.Column.Name))} FROM read_parquet({Dialect.Literal($"{folder}/bucket/{prefix}/*.parquet")})", ct);
            await BinaryCopy.RunAsync(door, connection, Dialect, table, ct);
        }
        await copy.RemoveAsync(prefix, ct);
        await door.ExecuteAsync($"DROP TABLE {Dialect.Quote(table)}", ct);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
