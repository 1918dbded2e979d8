using System.Runtime.CompilerServices;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>The rows of a pipeline's base tables, for sources that ask for more of what is there.</summary>
public sealed class LoadedRows(IWarehouse warehouse, string pipeline)
{
    /// <summary>The keys of a feed that are known.</summary>
    public LoadedKeys Keys(Feed feed) => new(warehouse, feed);

    /// <summary>Columns of a feed's present rows as text, distinct and in order; nothing where the feed was never loaded.</summary>
    public async IAsyncEnumerable<string?[]> ReadAsync(string feed, IReadOnlyList<string> columns, [EnumeratorCancellation] CancellationToken ct)
    {
        var table = new Feed(pipeline, feed, "", 0).Base;
        await using var connection = await warehouse.OpenAsync(ct);
        if ((await Catalog.ColumnsAsync(connection, warehouse.Dialect, table, ct)).Count == 0)
            yield break;
        var sql = warehouse.Dialect;
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT DISTINCT {string.Join(", ", columns.Select(c => $"CAST({sql.Quote(c)} AS {sql.Text}) AS {sql.Quote(c)}"))} FROM {sql.Quote(table)} WHERE _deleted_at IS NULL AND {LoadTables.Came} ORDER BY {sql.Quote(columns)}";
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            yield return [.. Enumerable.Range(0, columns.Count).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))];
    }
}
