using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>The first look at a server, which decides whether it can be a warehouse.</summary>
static class FirstConnection
{
    /// <summary>Makes something of the first connection; where that fails, nothing stays open and a <see cref="PipelineException"/> says why.</summary>
    public static async Task<T> UseAsync<T>(NpgsqlDataSource source, NpgsqlConnectionStringBuilder address, Func<NpgsqlConnection, Task<T>> make, CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            return await make(connection);
        }
        catch (Exception e)
        {
            await source.DisposeAsync();
            if (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
                throw PostgresErrors.Explain(address, e);
            throw;
        }
    }
}
