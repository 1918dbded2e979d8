using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>What is wrong when a server does not let us in, and what to do about it.</summary>
static class PostgresErrors
{
    /// <summary>What went wrong with a statement.</summary>
    public static PipelineException Explain(DbException e) =>
        e switch
        {
            PostgresException { SqlState: "57P01" or "57P02" or "57P03" } p => new($"the warehouse's server is going away: {p.MessageText}", isTransient: true, hint: "Nothing was published. Run again when the server is back.", inner: e),
            PostgresException { SqlState: "53100" } p => new($"the warehouse's disk is full: {p.MessageText}", isTransient: false, hint: "Nothing was published. Free some space on the server, then run again.", inner: e),
            PostgresException { SqlState: "42501" } p => new($"the warehouse refuses: {p.MessageText}", isTransient: false, hint: "Nothing was published. The user of the warehouse must own the tables and schemas of the project.", inner: e),
            PostgresException { SqlState: "2BP01" } p => new($"something depends on a table whose columns change: {p.MessageText}; {p.Detail}", isTransient: false, hint: "Nothing was published. Drop it, run again, and create it anew.", inner: e),
            PostgresException p => new(p.Detail is { Length: > 0 } detail ? $"{p.MessageText}: {detail}" : p.MessageText, p.IsTransient, "Nothing was published.", e),
            NpgsqlException { InnerException: OperationCanceledException or TimeoutException } => new("the warehouse does not answer", isTransient: true, hint: "Nothing was published. Look at the server, then run again.", inner: e),
            _ => new($"the connection to the warehouse was lost: {(e.InnerException ?? e).Message}", isTransient: true, hint: "Nothing was published. Run again when the server is back.", inner: e),
        };

    public static PipelineException Explain(NpgsqlConnectionStringBuilder to, Exception e, string what = "the warehouse")
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
        return new($"{what} cannot be opened: {message}", isTransient: e is NpgsqlException { IsTransient: true } or PostgresException { SqlState: "57P03" }, hint: hint, inner: e);
    }
}
