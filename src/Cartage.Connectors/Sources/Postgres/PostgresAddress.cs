using Cartage.Connectors.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>How a source is connected to.</summary>
static class PostgresAddress
{
    /// <summary>What the names of our own sessions begin with: they only read, so nothing waits for them.</summary>
    public const string ApplicationPrefix = "cartage source ";

    public static NpgsqlConnectionStringBuilder Read(PostgresSourceOptions options)
    {
        NpgsqlConnectionStringBuilder address;
        try
        {
            address = PostgresUrl.Read(options.Url);
        }
        catch (PipelineException e)
        {
            throw new PipelineException($"{options.Connection.File}:{options.Connection.Line}: the connection '{options.Connection.Name}': {e.Message}", hint: e.Hint, inner: e);
        }
        address.ApplicationName = $"{ApplicationPrefix}{options.Connection.Name}";
        address.CommandTimeout = 0; // the server keeps statement_timeout
        address.MaxPoolSize = options.Parallel + 1;
        address.NoResetOnClose = true;
        address.KeepAlive = address.KeepAlive == 0 ? 30 : address.KeepAlive;
        (address.TcpKeepAlive, address.TcpKeepAliveTime, address.TcpKeepAliveInterval) = (true, 30, 10);
        address.ReadBufferSize = 64 << 10;
        address.IncludeErrorDetail = true;
        return address;
    }
}
