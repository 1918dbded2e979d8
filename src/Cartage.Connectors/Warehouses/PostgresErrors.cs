using System.Net.Sockets;
using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>What is wrong when a server does not let us in, and what to do about it.</summary>
static class PostgresErrors
{
    public static PipelineException Explain(NpgsqlConnectionStringBuilder to, Exception e)
    {
        var where = $"{to.Host}:{to.Port}";
        var (message, hint) = e switch
        {
            PostgresException { SqlState: "28P01" or "28000" } p => ($"the server {where} refuses the user '{to.Username}': {p.MessageText}", "Check user and password in the address, and pg_hba.conf on the server."),
            PostgresException { SqlState: "3D000" } => ($"the server {where} has no database '{to.Database}'", "Create it, or correct the address."),
            PostgresException { SqlState: "42501" } p => ($"the user '{to.Username}' lacks a permission: {p.MessageText}", $"It needs: GRANT CREATE ON DATABASE {to.Database} TO {to.Username}."),
            PostgresException { SqlState: "53300" } => ($"the server {where} has no connection left", "Raise max_connections, or close other programs."),
            PostgresException { SqlState: "57P03" } => ($"the server {where} is starting up or shutting down", "Wait a moment and run again."),
            PostgresException p => ($"the server {where} says: {p.MessageText}", "See the server's log."),
            { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } } or SocketException { SocketErrorCode: SocketError.HostNotFound } => ($"there is no host '{to.Host}'", "Correct the address, or the name server."),
            { InnerException: SocketException } => ($"nothing answers at {where}", "Start the server, or correct host and port."),
            _ => ($"the server {where} cannot be reached: {e.Message}", "Check the address, the network and the server's log."),
        };
        return new($"the warehouse cannot be opened: {message}", isTransient: e is NpgsqlException { IsTransient: true }, hint: hint, inner: e);
    }
}
