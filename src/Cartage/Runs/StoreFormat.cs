using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Brings a run store's tables to the format this program knows. Tables of an older one are first copied into a schema beside them, all in one commit; those of a newer one are left alone.</summary>
static class StoreFormat
{
    public const string Tables = "CREATE TABLE IF NOT EXISTS store_version (version INTEGER)";

    public static async Task<int> BringAsync(DbConnection connection, RunDatabase database, CancellationToken ct)
    {
        var known = 1 + database.Changes.Count;
        var format = await connection.ScalarAsync<int?>("SELECT max(version) FROM store_version", ct);
        if (format > known)
            throw new PipelineException($"{database.Place}: the run store was written by a newer version (format {format}; this one knows {known})", hint: "Use that version: this one would not understand all of its tables.");
        if (format == known)
            return known;
        if (format is { } old)
        {
            await CopyAsync(connection, database.Dialect, old, ct);
            foreach (var change in database.Changes.Skip(old - 1))
                await connection.ExecuteAsync(change, ct);
        }
        await connection.ExecuteAsync($"INSERT INTO store_version VALUES ({known})", ct);
        return known;
    }

    static async Task CopyAsync(DbConnection connection, Dialect dialect, int format, CancellationToken ct)
    {
        var tables = await connection.QueryAsync("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'", r => new Table(r.GetString(0), r.GetString(1)), ct);
        var beside = $"{tables[0].Schema}_format_{format}";
        await connection.ExecuteAsync($"CREATE SCHEMA {dialect.Quote(beside)}", ct);
        foreach (var table in tables)
            await connection.ExecuteAsync($"CREATE TABLE {dialect.Quote(table with { Schema = beside })} AS SELECT * FROM {dialect.Quote(table)}", ct);
    }
}
