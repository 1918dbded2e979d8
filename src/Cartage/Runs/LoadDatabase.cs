using System.Data.Common;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Where the little that most runs load waits until it is published, gone with all its tables when it is disposed of; nothing where the engine has no databases in memory.</summary>
sealed class LoadDatabase(DbConnection connection, Dialect dialect, Pipeline pipeline) : IAsyncDisposable
{
    readonly string _name = dialect.Quote(Table.LoadDatabase(pipeline.Name));

    public static async Task<LoadDatabase> AttachAsync(DbConnection connection, Dialect dialect, Pipeline pipeline, CancellationToken ct)
    {
        var database = new LoadDatabase(connection, dialect, pipeline);
        if (dialect.HasMemory)
            await connection.ExecuteAsync($"ATTACH ':memory:' AS {database._name}", ct);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        if (dialect.HasMemory)
            await connection.ExecuteAsync($"DETACH DATABASE {_name}", CancellationToken.None);
    }
}
