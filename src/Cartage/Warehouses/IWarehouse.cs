using System.Data.Common;
using Cartage.DuckDb;

namespace Cartage.Warehouses;

/// <summary>The database a project's tables live in; opening it takes its lock where it has one.</summary>
public interface IWarehouse : IAsyncDisposable
{
    /// <summary>The SQL it speaks.</summary>
    Dialect Dialect { get; }

    /// <summary>A connection to it; each is used by one task at a time.</summary>
    ValueTask<DbConnection> OpenAsync(CancellationToken ct);

    /// <summary>A connection to the embedded DuckDB that parses objects; on a DuckDB warehouse it is the warehouse itself. What is <paramref name="reading"/> can be read there under its name.</summary>
    ValueTask<DuckDbConnection> OpenDoorAsync(Table? reading, CancellationToken ct);

    /// <summary>Makes the rows of a table at the door appear in the warehouse under the same name; nothing to do where the door is the warehouse.</summary>
    ValueTask ReceiveAsync(DuckDbConnection door, Table table, CancellationToken ct);
}

/// <summary>Shorter ways to say it.</summary>
public static class Doors
{
    /// <summary>A connection to the embedded DuckDB that parses objects.</summary>
    public static ValueTask<DuckDbConnection> OpenDoorAsync(this IWarehouse warehouse, CancellationToken ct) => warehouse.OpenDoorAsync(null, ct);
}
