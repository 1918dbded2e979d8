using System.Net.Sockets;
using System.Security.Authentication;
using Cartage.Ingest;
using Npgsql;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>What is wrong when a database cannot be read, and what to do about it.</summary>
static class PostgresSourceErrors
{
    /// <summary>Whether an exception tells of the server or the way to it.</summary>
    public static bool IsOfServer(Exception e) => e is NpgsqlException or SocketException or TimeoutException or AuthenticationException or IOException;

    /// <summary>What happened to a connection, or to a feed that was read through it.</summary>
    public static PipelineException Explain(PostgresSourceOptions options, NpgsqlConnectionStringBuilder to, Exception e, Feed? feed = null)
    {
        var where = $"{to.Host}:{to.Port}";
        var (message, hint, transient) = e switch
        {
            PostgresException p => Refused(p, where, to, feed),
            _ when Cause<AuthenticationException>(e) is { } tls => ($"the server {where} cannot be trusted: {tls.Message}", "Give its authority with ?sslmode=verify-full&sslrootcert=FILE, or correct the host name.", false),
            NpgsqlException when e.Message.Contains("No SSL-enabled", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("SSL connection", StringComparison.OrdinalIgnoreCase)
                => ($"the server {where} does not speak TLS, which the address demands", "Turn ssl on at the server, or take sslmode out of the address where the network is trusted.", false),
            NpgsqlException when e.Message.Contains("password has been provided", StringComparison.OrdinalIgnoreCase) => ($"the server {where} wants a password for '{to.Username}' and the address has none", "Write it as postgres://user:password@host:5432/database.", false),
            _ when Cause<SocketException>(e) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } => ($"there is no host '{to.Host}'", "Correct the address, or the name server.", false),
            _ when Cause<SocketException>(e) is { SocketErrorCode: SocketError.TryAgain } => ($"the name of the host '{to.Host}' cannot be looked up now", "Look at the name server and the network, then run again.", true),
            _ when Cause<SocketException>(e) is { SocketErrorCode: SocketError.ConnectionRefused } => ($"nothing answers at {where}", "Start the server, or correct host and port.", true),
            _ when Cause<SocketException>(e) is { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable } => ($"there is no way to {where}", "Look at the network and the firewall.", true),
            _ when Cause<TimeoutException>(e) is not null => ($"the server {where} does not answer in time", "Look at the network and the firewall, or give it longer with ?connect_timeout=60.", true),
            _ => ($"the server {where} went away: {e.Message}", "Run again: what has landed is kept.", true),
        };
        var subject = feed is null ? $"{options.Connection.File}:{options.Connection.Line}: the connection '{options.Connection.Name}'" : $"{feed.File}:{feed.Line}: the feed '{feed.Name}'";
        return new($"{subject}: {message}", transient, hint, e);
    }

    static (string Message, string Hint, bool Transient) Refused(PostgresException p, string where, NpgsqlConnectionStringBuilder to, Feed? feed) =>
        p.SqlState switch
        {
            "28P01" => ($"the server {where} refuses the password of '{to.Username}'", "Correct user and password in the address.", false),
            "28000" when p.MessageText.Contains("no encryption", StringComparison.Ordinal) => ($"the server {where} wants TLS: {p.MessageText}", "Add ?sslmode=require to the address.", false),
            "28000" => ($"the server {where} does not let '{to.Username}' in: {p.MessageText}", "Create the user, or add a line for it to pg_hba.conf on the server.", false),
            "3D000" => ($"the server {where} has no database '{to.Database}'", "Create it, or correct the address.", false),
            "42501" => ($"'{to.Username}' lacks a permission: {p.MessageText}", $"It needs: GRANT USAGE ON SCHEMA … and GRANT SELECT ON {feed?.Relation ?? "…"} TO {to.Username}.", false),
            "3F000" or "42P01" => ($"{p.MessageText}", "Correct 'table' or 'query', or the database in the address.", false),
            "42703" => ($"{p.MessageText}", p.Hint ?? "Correct the query or the name of the column.", false),
            "57014" => ("it took longer than statement_timeout", "Give the connection a longer 'statement_timeout', or the feed a smaller 'chunk'.", false),
            "55P03" => ("the table stayed locked for longer than lock_timeout", "Someone alters it: wait for them, then run again.", true),
            "53300" => ($"the server {where} has no connection left", "Lower 'parallel' of the connection, or raise max_connections on the server.", true),
            "57P03" => ($"the server {where} is starting up or shutting down", "Wait a moment and run again.", true),
            "57P01" or "57P02" or "57P05" => ($"the server {where} went away: {p.MessageText}", "Run again: what has landed is kept.", true),
            "40001" => ($"the standby {where} removed rows that were being read: {p.MessageText}", "Run again, or set hot_standby_feedback on the standby.", true),
            "22023" or "42704" when p.MessageText.Contains("snapshot", StringComparison.Ordinal) => ($"the snapshot is gone: {p.MessageText}", "Run again: what has landed is kept.", true),
            _ => ($"the server {where} says: {p.MessageText}", p.Hint ?? p.Detail ?? "See the server's log.", p.IsTransient),
        };

    static T? Cause<T>(Exception? e)
        where T : Exception => e is null or T ? (T?)e : Cause<T>(e.InnerException);
}
