using System.Diagnostics;
using Cartage.Tests.Support;
using Npgsql;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Cartage.Tests.Support;

/// <summary>One server for all tests that want a database of their own; started by the first and stopped after the last.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());
    int _databases;

    /// <summary>The address of a new, empty database, made with <paramref name="options"/>; the test is skipped where there is no PostgreSQL.</summary>
    public async Task<string> CreateDatabaseAsync(string options = "")
    {
        PostgresServer.SkipWithout();
        var server = await _server.Value;
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await server.ExecuteAsync($"CREATE DATABASE {name} {options}");
        return server.Url(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}

/// <summary>A real PostgreSQL in a temporary folder on a free port of 127.0.0.1; superuser <c>shop</c>, password <c>secret</c>.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    const string Ready = "database system is ready to accept"; // connections, or those that only read

    readonly DirectoryInfo _folder;
    readonly IReadOnlyList<string> _settings;
    Process? _process;

    PostgresServer(DirectoryInfo folder, int port, IReadOnlyList<string> settings) => (_folder, Port, _settings) = (folder, port, settings);

    public int Port { get; }

    static string? Programs =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(b => File.Exists(Path.Combine(b, "postgres"))).Order().LastOrDefault()
            : null;

    public static void SkipWithout()
    {
        if (Programs is null)
            Assert.Skip("postgres: there is no PostgreSQL server here (apt-get install postgresql)");
    }

    /// <summary>Starts a server; settings are of the form <c>name=value</c>.</summary>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("cartage-postgres-");
        var server = new PostgresServer(folder, Ports.Free(), settings);
        var password = Path.Combine(folder.FullName, "password");
        await File.WriteAllTextAsync(password, "secret");
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "-R", "nobody", folder.FullName);
        await RunAsync([.. AsNobody(), Path.Combine(Programs!, "initdb"), "-D", server.Data, "-U", "shop", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A server that follows this one and can only be read.</summary>
    public async Task<PostgresServer> FollowAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cartage-postgres-");
        var standby = new PostgresServer(folder, Ports.Free(), _settings);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "-R", "nobody", folder.FullName);
        await RunAsync([.. AsNobody(), Path.Combine(Programs!, "pg_basebackup"), "-D", standby.Data, "-d", Url("postgres"), "-R", "-c", "fast", "--no-sync"]);
        await standby.StartAgainAsync();
        return standby;
    }

    string Data => Path.Combine(_folder.FullName, "data");

    public string Url(string database) => $"postgresql://shop:secret@127.0.0.1:{Port}/{database}";

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=shop;Password=secret;Database={database};Pooling=false";

    /// <summary>A connection string for an address made by <see cref="Url"/>.</summary>
    public static string ConnectionString(string url, bool pooling)
    {
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':');
        return $"Host={uri.Host};Port={uri.Port};Username={user[0]};Password={user[1]};Database={uri.AbsolutePath[1..]};Pooling={pooling}";
    }

    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Starts the server on the data it had when it was stopped.</summary>
    public async Task StartAgainAsync()
    {
        string[] start = [.. AsNobody(), Path.Combine(Programs!, "postgres"), "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
            "-c", "max_prepared_transactions=10", "-c", "autovacuum=off", "-c", "jit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=100", .. _settings.SelectMany(s => new[] { "-c", s })];
        _process = Process.Start(new ProcessStartInfo(start[0], start[1..]) { RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = _folder.FullName })!;
        var ready = new TaskCompletionSource();
        List<string> said = [];
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"PostgreSQL ended: {string.Join('\n', said)}"));
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.Add(line.Data ?? "");
            if (line.Data?.Contains(Ready, StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(Wait.Longest);
    }

    /// <summary>Stops the server: politely, or (<paramref name="immediate"/>) as a crash would.</summary>
    public async Task StopAsync(bool immediate = false)
    {
        if (_process is not { HasExited: false } process)
            return;
        await RunAsync("kill", immediate ? "-QUIT" : "-INT", $"{process.Id}");
        await process.WaitForExitAsync().WaitAsync(Wait.Longest);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(immediate: true);
        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    // PostgreSQL refuses to run as root.
    static string[] AsNobody() => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];

    static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {errors}{await output}");
    }
}
