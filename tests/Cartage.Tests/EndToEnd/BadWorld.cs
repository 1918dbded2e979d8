using System.Diagnostics;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Storage;
using Cartage.Tests.Support;

namespace Cartage.Tests.EndToEnd;

/// <summary>What goes wrong outside gets one clear message and leaves the warehouse as it was.</summary>
public sealed class BadWorld : IDisposable
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,2024-01-05 00:00:00\n";

    readonly TestProject _project = SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders);

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task A_missing_file()
    {
        File.Delete(Path.Combine(_project.Root, "in/orders.csv"));
        var run = await _project.RunAsync();
        Assert.Equal(RunState.Failed, run.State);
        Assert.Equal("pipelines/shop/feeds/files.yml:13: the feed 'orders' finds no file: in/orders*.csv", run.Message);
        Assert.Equal("Put the files there or correct the pattern.", run.Hint);
    }

    // What is marked as unreadable is left out of every later run.
    [Fact]
    public async Task A_disk_that_refuses_is_no_fault_of_a_file()
    {
        await using var workspace = await _project.OpenAsync();
        var feed = workspace.Project.Pipelines[0].Feeds[0];
        var manifest = new Manifest(feed.Name, "in/customers.csv", 1, "shop/customers/v1.csv", 1, "", new ObjectFacts(true, 1, 0, 0, 0, 0, 1, true, true, "", ""), DateTimeOffset.UnixEpoch);
        var load = () => FeedLoad.StageAsync(workspace.Warehouse, new Refuses(), feed, [manifest], retryOpen: false, new(new("run", DateTimeOffset.UnixEpoch), Swap: true, Path.GetTempPath(), new HashSet<string>()), CancellationToken.None);
        Assert.Equal("Too many open files", (await Assert.ThrowsAsync<IOException>(load)).Message);
    }

    [Fact]
    public async Task A_damaged_warehouse()
    {
        _project.WriteBytes(".cartage/warehouse.duckdb", [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7))]);
        var error = await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync());
        Assert.Contains("warehouse.duckdb", error.Message);
        Assert.Contains("move the file away", error.Hint);
    }

    [Fact]
    public async Task A_warehouse_with_wrong_bytes()
    {
        await _project.RunAsync();
        var file = Path.Combine(_project.Root, ".cartage/warehouse.duckdb");
        var bytes = File.ReadAllBytes(file);
        for (var block = 12_288; block < bytes.Length; block += 262_144)
            bytes[block + 100] ^= 1;
        File.WriteAllBytes(file, bytes);
        var error = await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync());
        Assert.Contains("the warehouse cannot be opened: Corrupt database file", error.Message); // 'in block' is no lock
        Assert.Contains("move the file away", error.Hint);
    }

    [Fact]
    public async Task A_warehouse_that_another_program_holds()
    {
        await _project.RunAsync();
        using var other = SmallShop.Create().Write("project.yml", $"name: other\nwarehouse: {{ type: duckdb, path: '{Path.Combine(_project.Root, ".cartage/warehouse.duckdb")}' }}\n");
        using var holder = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), ["serve", "--url", "http://127.0.0.1:0", "--project", other.Root]) { RedirectStandardError = true, UseShellExecute = false })!;
        try
        {
            while (await holder.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("http://127.0.0.1", StringComparison.Ordinal)) { }
            var error = await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync());
            Assert.Contains("the warehouse is locked by another process", error.Message);
            Assert.Contains($"(PID {holder.Id})", error.Message);
        }
        finally
        {
            holder.Kill();
            await holder.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_file_that_may_not_be_read()
    {
        await _project.RunAsync();
        var before = await SmallShop.StateAsync(_project);
        _project.Write("in/orders-2.csv", Orders);
        // Who runs the tests as root may read everything; nobody may not.
        string[] user = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
        var program = Path.Combine(AppContext.BaseDirectory, "cartage");
        if (user.Length > 1 && (Run("chown", "-R", "65534:65534", _project.Root) != 0 || Run(user[0], [.. user[1..], "test", "-x", program]) != 0))
            Assert.Skip("setpriv: root may read every file, and no other user can run the program here");
        Run("chmod", "000", Path.Combine(_project.Root, "in/orders-2.csv"));
        string[] typed = [.. user, program, "run", "--project", _project.Root];
        using var process = Process.Start(new ProcessStartInfo(typed[0], typed[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var (error, _) = (await process.StandardError.ReadToEndAsync(), await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("in/orders-2.csv: permission denied", error);
        Assert.Equal(before, await SmallShop.StateAsync(_project));
    }

    [Fact]
    public async Task A_project_of_somebody_else()
    {
        Directory.CreateDirectory(Path.Combine(_project.Root, ".cartage/lock")); // for root, who may open every file, too
        var error = await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync());
        Assert.EndsWith(".cartage: permission denied", error.Message);
        Assert.StartsWith("Run as the user the project belongs to", error.Hint);
    }

    // The file opens: its beginning is sound.
    [Theory, InlineData("run"), InlineData("plan"), InlineData("ls", "tables"), InlineData("check"), InlineData("query", "select sum(amount) from shop.fact_orders")]
    public async Task A_warehouse_whose_end_is_gone(params string[] typed)
    {
        _project.Write("in/orders.csv", Orders + string.Concat(Enumerable.Range(2, 50_000).Select(i => $"{i},1,2024-01-05,{i % 997}.10,2024-01-05 00:00:00\n")));
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        using (var file = File.OpenWrite(Path.Combine(_project.Root, ".cartage/warehouse.duckdb")))
            file.SetLength(file.Length / 12288 * 4096);
        var answer = await Cli.Typed.InAsync(_project.Root, typed);
        Assert.Equal(1, answer.Code);
        Assert.Contains("warehouse.duckdb", answer.Error, StringComparison.Ordinal);
        Assert.Contains("damaged", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_in_use_says_by_whom()
    {
        await using var workspace = await _project.OpenAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => _project.RunAsync());
        Assert.Contains($"in use by process {Environment.ProcessId} ('test'", error.Message);
    }

    [Fact]
    public async Task A_corrupt_parquet_file()
    {
        _project.Write("pipelines/shop/feeds/more.yml", "feeds:\n  extra:\n    files: in/extra.parquet\n").WriteBytes("in/extra.parquet", [.. "PAR1"u8, 1, 2, 3, 4, 5, .. "PAR1"u8]);
        var run = await _project.RunAsync();
        Assert.Equal(RunState.Rejected, run.State);
        Assert.StartsWith("extra.parquet: the file cannot be read: it is not parquet", run.Message);
    }

    [Fact]
    public async Task A_failing_check_publishes_nothing_until_it_is_accepted()
    {
        await _project.RunAsync();
        var before = await SmallShop.StateAsync(_project);
        _project.Write("pipelines/shop/checks/no_large_orders.sql", "select order_id from fact_orders where amount > 100");
        _project.Write("in/orders-2.csv", "order_id,customer_id,order_date,amount,updated_at\n2,1,2024-01-06,500.00,2024-01-06 00:00:00\n");
        var run = await _project.RunAsync();
        Assert.Equal(RunState.Rejected, run.State);
        Assert.Contains("no_large_orders: 1 row breaks it", run.Message);
        Assert.Equal("{\"order_id\":2}", Assert.Single(run.Checks, c => !c.Passed).Samples.Single());
        Assert.Equal(before, await SmallShop.StateAsync(_project));
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync(new RunRequest { Accept = new HashSet<string> { "no_large_orders" } })).State);
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM shop.fact_orders"));
    }

    [Theory]
    [InlineData("30%", false), InlineData("40%", true), InlineData("0", false), InlineData("1", true)]
    public async Task A_check_allows_some_rows_or_a_share_of_the_table_it_reads_first(string allow, bool passes)
    {
        _project.Write("in/orders-2.csv", "order_id,customer_id,order_date,amount,updated_at\n2,1,2024-01-06,500.00,2024-01-06 00:00:00\n3,1,2024-01-06,50.00,2024-01-06 00:00:00\n");
        _project.Write("pipelines/shop/checks/no_large_orders.sql", $"/* ---\nallow: {allow}\n--- */\nwith large as (select order_id from fact_orders where amount > 100) select l.order_id from large as l join orders as o on o.order_id = l.order_id");
        var run = await _project.RunAsync();
        Assert.Equal(passes ? RunState.Succeeded : RunState.Rejected, run.State);
    }

    // It is full when the files land, when they are loaded, or when the tables are published.
    [Theory, InlineData(600_000), InlineData(300_000), InlineData(150_000)]
    public async Task A_full_disk(int rows)
    {
        var disk = Directory.CreateTempSubdirectory("cartage-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk) != 0)
            Assert.Skip("mount: a small disk cannot be mounted here");
        try
        {
            TestProject.CopyFolder(_project.Root, disk);
            var feeds = Path.Combine(disk, "pipelines/shop/feeds/files.yml");
            File.WriteAllText(feeds, File.ReadAllText(feeds).Replace("\"in/", $"\"{_project.Root}/in/", StringComparison.Ordinal));
            Assert.Equal(0, (await Cli.Typed.InAsync(disk, "run")).Code);
            _project.Write("in/orders-2.csv", Orders + string.Concat(Enumerable.Range(2, rows).Select(i => $"{i},1,2024-01-05,{i % 9973}.{i % 89 + 10},2024-01-05 00:00:{i % 50 + 10}\n")));
            var filling = Path.Combine(disk, "filling");
            await File.WriteAllBytesAsync(filling, new byte[rows == 150_000 ? 3 << 20 : 0], TestContext.Current.CancellationToken);

            var run = await Cli.Typed.InAsync(disk, "run");

            Assert.Equal(1, run.Code);
            Assert.Matches("(?i)space", run.Error);
            File.Delete(filling);
            Assert.Equal("n\n1\n", (await Cli.Typed.InAsync(disk, "query", "select count(*) as n from shop.fact_orders", "--format", "csv")).Out);
        }
        finally
        {
            Run("umount", "--lazy", disk); // another test may start a process at this moment, which has every open file until it is its own program
            Directory.Delete(disk);
        }
    }

    static int Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, UseShellExecute = false });
        process!.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    sealed class Refuses : IObjectStore
    {
        public ValueTask PutAsync(string key, Stream content, CancellationToken ct) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<LocalCopy> FetchAsync(string key, CancellationToken ct) => throw new IOException("Too many open files");

        public ValueTask DeleteAsync(string key, CancellationToken ct) => throw new NotSupportedException();
    }
}
