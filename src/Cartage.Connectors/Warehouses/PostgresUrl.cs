using Npgsql;

namespace Cartage.Connectors.Warehouses;

/// <summary>How a PostgreSQL address is written: <c>postgres://user:password@host:5432/database?sslmode=require</c>, or Npgsql's own <c>Host=…;Database=…</c>.</summary>
static class PostgresUrl
{
    public static NpgsqlConnectionStringBuilder Read(string url)
    {
        try
        {
            return url.Contains("://", StringComparison.Ordinal) ? FromUri(new Uri(url)) : new(url);
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException or KeyNotFoundException)
        {
            throw new PipelineException($"the address of the PostgreSQL server cannot be read: {e.Message}", hint: "Write it as postgres://user:password@host:5432/database; special characters of a password as %40 and the like.");
        }
    }

    static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        if (uri.Scheme is not ("postgres" or "postgresql" or "redshift"))
            throw new UriFormatException($"'{uri.Scheme}://' is not postgres://");
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host, Port = uri.Port > 0 ? uri.Port : 5432 };
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database)
            builder.Database = Uri.UnescapeDataString(database);
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)))
            builder[Option(pair[0])] = pair is ["sslmode", var mode] ? mode.Replace("-", "") : Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? ""); // verify-full is VerifyFull here
        return builder;
    }

    // The names other PostgreSQL programs use.
    static string Option(string name) =>
        name switch
        {
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "channel_binding" => "Channel Binding",
            "host" => "Host",
            "connect_timeout" => "Timeout",
            "application_name" => "Application Name",
            "options" => "Options",
            _ => name,
        };
}
