using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Cartage.Connectors.Warehouses;
using Cartage.Host.Serving.Automation;
using Cartage.Runs;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Automation;

/// <summary>Two servers over one PostgreSQL warehouse and one bucket: a tick is run once, by one of them, whatever becomes of the other.</summary>
public sealed class SeveralServers(SharedPostgres postgres, SharedS3 s3)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_server_had_begun_another_runs_once()
    {
        await using var pair = await Pair.CreateAsync(postgres, s3);
        var first = await pair.StartAsync(0);
        await pair.AtWorkAsync(0);
        await pair.StartAsync(1);
        first.Kill();
        pair.Go(0);
        await pair.AtWorkAsync(1);
        pair.Go(1);

        await pair.PublishedAsync();
        Assert.Equal((1, "3"), (await pair.CountAsync("cartage.outcomes"), await pair.RowsAsync()));
        await pair.SaysAsync(1, "succeeded");
        Assert.Equal(1, await pair.CountAsync("cartage_state.requests"));
    }

    [Theory]
    [InlineData(null), InlineData("before-commit!stop")]
    public async Task A_server_that_was_away_past_its_lease_publishes_nothing_when_it_comes_back(string? pauses)
    {
        await using var pair = await Pair.CreateAsync(postgres, s3);
        var first = await pair.StartAsync(0, pauses);
        await pair.AtWorkAsync(0);
        await pair.StartAsync(1);
        if (pauses is null)
            await Pair.SignalAsync(first, "-STOP");
        pair.Go(0);
        await pair.AtWorkAsync(1); // the lease is over, and the other has taken it
        pair.Go(1);
        await pair.PublishedAsync();
        await Pair.SignalAsync(first, "-CONT");
        await pair.GaveUpAsync();
        await pair.SaysAsync(1, "succeeded");

        Assert.Equal((1, "3"), (await pair.CountAsync("cartage.outcomes"), await pair.RowsAsync()));
        foreach (var n in new[] { 0, 1 }) // one run, of which both say the same
            Assert.Equal(["succeeded"], JsonDocument.Parse((await Typed.InAsync(pair.Folder(n), "ls", "runs", "--format", "json")).Out).RootElement.EnumerateArray().Select(x => x.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Of_a_clock_that_servers_share_each_time_rings_at_one_of_them_also_after_another_is_gone()
    {
        var database = PostgresRunStore.Open(await postgres.CreateDatabaseAsync(), "cartage_state", "shop", TimeSpan.FromSeconds(10));
        await using var store = await RunStore.OpenAsync(database, TimeProvider.System, Ct);
        var rings = Channel.CreateUnbounded<string>();
        Task<QuartzClock> StartAsync(string server) =>
            QuartzClock.StartAsync((pipeline, _) =>
            {
                rings.Writer.TryWrite($"{pipeline} at {server}");
                return Task.FromResult<DateTimeOffset?>(null);
            }, (e, what) => throw new InvalidOperationException(what, e), database, TimeProvider.System, Ct);
        var first = await StartAsync("first");
        await using var second = await StartAsync("second");
        string[] names = [.. Enumerable.Range(0, 20).Select(n => $"p{n}")];
        foreach (var name in names)
            await first.SetAsync(name, TimeProvider.System.GetUtcNow(), Ct);
        HashSet<string> rung = [];
        while (rung.Count < names.Length)
            Assert.True(rung.Add((await rings.Reader.ReadAsync(Ct)).Split(' ')[0]));
        await first.SetAsync("later", TimeProvider.System.GetUtcNow().AddSeconds(5), Ct); // the first is gone by then
        await first.DisposeAsync();

        Assert.Equal("later at second", await rings.Reader.ReadAsync(Ct));
        Assert.False(rings.Reader.TryRead(out _));
    }

    [Fact]
    public void A_cluster_on_what_cannot_be_shared_is_refused_with_the_reason()
    {
        using var project = SmallShop.Create().Write("project.yml", "name: small\ncluster: { lease: 5s }\nzones: { raw: s3://shop/raw, processed: s3://shop/processed }\n");
        List<string> said = [.. project.Load().Findings.Select(f => f.ToString())];

        Assert.Contains(said, f => f.Contains("several servers cannot share a DuckDB warehouse", StringComparison.Ordinal));
        Assert.Contains(said, f => f.Contains("several servers cannot share a run store in a DuckDB file", StringComparison.Ordinal));
        Assert.Contains(said, f => f.Contains("cannot share the zone 'reports'", StringComparison.Ordinal));
        Assert.Equal(3, said.Count);
    }

    sealed class Pair : IAsyncDisposable
    {
        readonly TestProject[] _projects;
        readonly List<Process> _started = [];
        readonly string _database;

        Pair(string database, TestProject[] projects) => (_database, _projects) = (database, projects);

        public static async Task<Pair> CreateAsync(SharedPostgres postgres, SharedS3 s3)
        {
            var (database, bucket) = (await postgres.CreateDatabaseAsync(), await s3.CreateBucketAsync());
            return new(database, [.. Enumerable.Range(0, 2).Select(_ => Project(database, bucket))]);
        }

        public string Folder(int n) => _projects[n].Root;

        public async Task<Process> StartAsync(int n, string? failpoint = null)
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), ["serve", "--url", "http://127.0.0.1:0", "--project", Folder(n)]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
            if (failpoint is not null)
                start.Environment["CARTAGE_FAILPOINT"] = failpoint;
            var process = Process.Start(start)!;
            _started.Add(process);
            process.BeginOutputReadLine();
            while (await process.StandardError.ReadLineAsync(Ct) is { } line)
                if (line.StartsWith("Serving", StringComparison.Ordinal))
                    return process;
            throw new InvalidOperationException("the server did not start");
        }

        /// <summary>Waits until the server's source is asked.</summary>
        public Task AtWorkAsync(int n) => Wait.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(Folder(n), "began"))));

        /// <summary>Lets the server's source answer.</summary>
        public void Go(int n) => _projects[n].Write("go", "");

        public Task PublishedAsync() => Wait.UntilAsync(async () => await CountAsync("cartage.outcomes") == 1);

        /// <summary>Waits until a server has noticed that its run is another's.</summary>
        public Task GaveUpAsync() => Wait.UntilAsync(async () => await CountAsync("cartage_state.logs WHERE kind = 'run' AND task = '' AND state IN ('failed', 'cancelled')") == 1);

        /// <summary>Waits until the server lists a run in one of these states.</summary>
        public Task SaysAsync(int n, params string[] states) => Wait.UntilAsync(async () => await Typed.InAsync(Folder(n), "ls", "runs") is { Code: 0 } runs && states.Any(s => runs.Out.Contains(s, StringComparison.Ordinal)));

        public async Task<long> CountAsync(string of) => Convert.ToInt64(await ScalarAsync($"SELECT count(*) FROM {of}"), null);

        public async Task<string> RowsAsync() => $"{await ScalarAsync("SELECT count(*) FROM shop.things_seen")}";

        public static async Task SignalAsync(Process process, string signal)
        {
            using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
            await kill.WaitForExitAsync(Ct);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var n in new[] { 0, 1 })
                Go(n); // programs that wait go on and end
            foreach (var process in _started)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }
            foreach (var project in _projects)
                project.Dispose();
        }

        async Task<object?> ScalarAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(PostgresServer.ConnectionString(_database, pooling: false));
            await connection.OpenAsync(Ct);
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync(Ct);
        }

        static TestProject Project(string database, Connectors.ObjectStores.S3Options bucket)
        {
            var project = new TestProject()
                .Write("project.yml", $$"""
                    name: shop
                    warehouse: { type: postgres, url: "{{database}}" }
                    state: { type: postgres, url: "{{database}}" }
                    zones: { raw: s3://{{bucket.Bucket}}/raw, processed: s3://{{bucket.Bucket}}/processed, reports: s3://{{bucket.Bucket}}/reports }
                    connections: { store: { type: s3, endpoint: "{{bucket.Endpoint}}", region: us-east-1, access_key_id: {{bucket.AccessKeyId}}, secret_access_key: {{bucket.SecretAccessKey}} } }
                    cluster: { lease: 3s }
                    """)
                .Write("pipelines/shop/pipeline.yml", "schedule: '@yearly'\nstart: 2020-01-01\n")
                .Write("pipelines/shop/feeds/program.yml", "command: [./export.sh]\nfeeds:\n  things:\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n")
                .Write("pipelines/shop/models/things_seen.sql", "/* ---\nkind: table\nkey: id\n--- */\nselect id from things\n")
                .Write("export.sh", "#!/bin/sh\ntouch began\nwhile [ ! -f go ] && [ -f began ]; do sleep 0.1; done\necho '{\"id\":1}\n{\"id\":2}\n{\"id\":3}'\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path.Combine(project.Root, "export.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return project;
        }
    }
}
