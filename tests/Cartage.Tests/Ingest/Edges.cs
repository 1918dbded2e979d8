using System.Text;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>Files and contracts at the edge of what the door and the loading take.</summary>
public sealed class Edges : IDisposable
{
    const string Feeds = "pipelines/shop/feeds/files.yml";

    readonly TestProject _project = new TestProject().Write("project.yml", "name: small\n").Write("pipelines/shop/pipeline.yml", "description: a small shop\n");

    public void Dispose() => _project.Dispose();

    async Task<RunResult> RunAsync(RunState expected, RunRequest? request = null)
    {
        var run = await _project.RunAsync(request);
        Assert.True(run.State == expected, $"{run.State}: {run.Message} {string.Join("; ", run.Equations)}");
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        return run;
    }

    const string Parents = """
        feeds:
          customers:
            files: "in/customers*.csv"
            key: [id]
            columns: { id: { type: integer, required: true }, name: { type: text } }
          orders:
            files: "in/orders*.csv"
            key: [id]
            columns: { id: { type: integer, required: true }, customer: { type: integer, references: { feed: customers, column: id, on_missing: quarantine } } }
        """;

    [Fact]
    public async Task Of_two_children_of_one_clean_file_only_the_one_whose_parent_came_leaves_the_quarantine()
    {
        _project.Write(Feeds, Parents).Write("in/customers.csv", "id,name\n1,Ann\n").Write("in/orders.csv", "id,customer\n1,1\n2,7\n3,8\n");
        await RunAsync(RunState.Quarantined);
        _project.Write("in/customers-2.csv", "id,name\n7,Gus\n");
        await RunAsync(RunState.Quarantined);
        Assert.Equal(["1", "2"], await _project.QueryAsync("SELECT id FROM shop_raw.orders ORDER BY 1"));
        Assert.Equal(["2|released", "3|open"], await _project.QueryAsync("SELECT id, _status FROM shop_quarantine.orders ORDER BY 1"));
    }

    [Fact]
    public async Task A_mended_row_survives_every_full_refresh()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    columns: { id: { type: integer, required: true }, amount: { type: integer } }\n").Write("in/orders.csv", "id,amount\n1,10\n2,ten\n");
        await RunAsync(RunState.Quarantined);
        await using (var workspace = await _project.OpenAsync())
        await using (var connection = await workspace.Warehouse.OpenAsync(CancellationToken.None))
            await QuarantineTable.FixAsync(connection, workspace.Warehouse.Dialect, workspace.Project.Pipelines[0].Feeds[0], "id = '2'", new Dictionary<string, string?> { ["amount"] = "20" }, CancellationToken.None);
        await RunAsync(RunState.Succeeded);
        for (var i = 0; i < 3; i++)
        {
            await _project.RunAsync(new RunRequest { FullRefresh = true });
            Assert.Equal(["1|10", "2|20"], await _project.QueryAsync("SELECT id, amount FROM shop_raw.orders ORDER BY 1"));
            Assert.Equal("released", await _project.ScalarAsync("SELECT _status FROM shop_quarantine.orders"));
        }
    }

    [Fact]
    public async Task A_broken_line_rejects_where_the_severity_is_reject()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    severity: reject\n    columns: { id: { type: integer, required: true }, amount: { type: integer } }\n").Write("in/orders.csv", "id,amount\n1,10\n2\n");
        await RunAsync(RunState.Rejected);
    }

    [Fact]
    public async Task Of_versions_of_one_instant_the_later_line_wins()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    cursor: day\n    columns: { id: { type: integer, required: true }, amount: { type: integer }, day: { type: date } }\n");
        var lines = Enumerable.Range(0, 400_000).Select(i => $"{i % 100_000},{i / 100_000},2024-01-01");
        _project.Write("in/orders.csv", "id,amount,day\n" + string.Join('\n', lines) + "\n");
        await RunAsync(RunState.Succeeded);
        Assert.Equal(["3|100000"], await _project.QueryAsync("SELECT amount, count(*) FROM shop_raw.orders GROUP BY 1"));
    }

    [Fact]
    public async Task A_number_can_order_versions()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders*.csv\n    key: [id]\n    cursor: version\n    deleted_when: \"gone\"\n    columns: { id: { type: integer, required: true }, version: { type: bigint }, gone: { type: boolean } }\n").Write("in/orders.csv", "id,version,gone\n1,5,false\n");
        await RunAsync(RunState.Succeeded);
        _project.Write("in/orders-2.csv", "id,version,gone\n1,4,false\n2,1,true\n");
        await RunAsync(RunState.Succeeded);
        Assert.Equal(["1|5", "2|1"], await _project.QueryAsync("SELECT id, version FROM shop_raw.orders ORDER BY 1"));
    }

    [Fact]
    public async Task A_chain_within_one_feed_goes_aside_whole()
    {
        _project.Write(Feeds, "feeds:\n  staff:\n    files: in/staff.csv\n    key: [id]\n    columns: { id: { type: integer, required: true }, boss: { type: integer, references: { feed: staff, column: id, on_missing: quarantine } } }\n");
        _project.Write("in/staff.csv", "id,boss\n1,\n2,1\n3,99\n4,3\n5,4\n");
        await RunAsync(RunState.Quarantined);
        Assert.Equal(["1", "2"], await _project.QueryAsync("SELECT id FROM shop_raw.staff ORDER BY 1"));
        Assert.Equal(["3|unknown_reference", "4|parent_quarantined", "5|parent_quarantined"], await _project.QueryAsync("SELECT id, _rules FROM shop_quarantine.staff ORDER BY 1"));
    }

    [Fact]
    public async Task Files_of_one_name_in_two_folders_are_two_files()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: [a/orders.csv, b/orders.csv]\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n").Write("a/orders.csv", "id\n1\n").Write("b/orders.csv", "id\n2\n");
        await RunAsync(RunState.Succeeded);
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
        var landed = Directory.GetFiles(Path.Combine(_project.Root, ".cartage/raw"), "*.manifest.json", SearchOption.AllDirectories).Length;
        await RunAsync(RunState.Succeeded);
        await RunAsync(RunState.Succeeded);
        Assert.Equal(landed, Directory.GetFiles(Path.Combine(_project.Root, ".cartage/raw"), "*.manifest.json", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task A_column_may_be_called_like_another_with_a_prefix()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    columns: { id: { type: integer, required: true }, s_id: { type: integer } }\n").Write("in/orders.csv", "id,s_id\n1,10\n2,20\n3,x\n");
        await RunAsync(RunState.Quarantined);
        Assert.Equal(["1|10", "2|20"], await _project.QueryAsync("SELECT id, s_id FROM shop_raw.orders ORDER BY 1"));
    }

    [Theory]
    [InlineData(",id,name\n0,1,a\n"), InlineData("id,name,\n1,a,\n"), InlineData("id,_raw,_rid\n1,a,b\n"), InlineData("id,_object,_late\n1,a,b\n")]
    public async Task A_strange_header_is_read_or_refused_with_the_file_named(string content)
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n").Write("in/orders.csv", content);
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Succeeded || (run.State == RunState.Rejected && run.Message!.Contains("orders.csv")), $"{run.State}: {run.Message}");
        if (run.State == RunState.Succeeded)
            Assert.Equal("1", await _project.ScalarAsync("SELECT id FROM shop_raw.orders"));
    }

    [Theory]
    [InlineData("id,name\r1,a\r2,b\r", 2)]
    [InlineData("id,name\n1,a\rb\n2,c\n3,x\n", 3)]
    [InlineData("id,name\n1,\"a\r\nb\"\n2,c\nbad,x\n", 3)]
    [InlineData("id,name\r\n1,a\n2,b\r\n", 2)]
    [InlineData("id,name\n\n1,a\n\n\n2,b", 2)]
    [InlineData("id,name\n1,a,\n2,b,\nbad,c,\n", 3)]
    public async Task Line_ends_lose_no_row(string content, int rows)
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    columns: { id: { type: integer }, name: { type: text } }\n").Write("in/orders.csv", content);
        var run = await _project.RunAsync();
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        if (run.State == RunState.Rejected)
            Assert.Contains("orders.csv", run.Message);
        else
            Assert.Equal(rows, run.Equations.Single().Read);
    }

    [Fact]
    public async Task Rows_without_a_key_do_not_pile_up()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders*.csv\n    key: [id]\n    columns: { id: { type: integer }, amount: { type: integer } }\n").Write("in/orders.csv", "id,amount\n1,10\n,20\n");
        await _project.RunAsync();
        var first = await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders");
        _project.Write("in/orders-2.csv", "id,amount\n1,10\n,20\n");
        await _project.RunAsync();
        Assert.Equal(first, await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
    }

    [Fact]
    public async Task One_broken_line_of_ndjson_is_set_aside_alone()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.ndjson\n    key: [id]\n    columns: { id: { type: integer, required: true }, amount: { type: \"decimal(10,2)\" } }\n");
        _project.Write("in/orders.ndjson", "{\"id\":1,\"amount\":1.50}\n{\"id\":2,\n{\"id\":3,\"amount\":\"x\"}\n{\"id\":4,\"amount\":\"4.25\"}\n");
        var run = await RunAsync(RunState.Quarantined);
        Assert.Equal(4, run.Equations.Single().Read);
        Assert.Equal(["1|1.50", "4|4.25"], await _project.QueryAsync("SELECT id, amount FROM shop_raw.orders ORDER BY 1"));
        Assert.Equal(2, (await _project.QueryAsync("SELECT _record, _rules, _raw FROM shop_quarantine.orders ORDER BY 1")).Count);
    }

    [Fact]
    public async Task A_refused_run_adds_no_column()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders*.csv\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n").Write("in/orders.csv", "id\n1\n")
            .Write("pipelines/shop/models/m.sql", "/* ---\nkind: table\nchecks: [ { row_count: \"< 2\", severity: reject } ]\n--- */\nselect id from orders\n");
        await RunAsync(RunState.Succeeded);
        _project.Write("in/orders-2.csv", "id,note\n2,x\n");
        await RunAsync(RunState.Rejected);
        Assert.Equal("0", await _project.ScalarAsync("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'shop_raw' AND table_name = 'orders' AND column_name = 'note'"));
    }

    [Fact]
    public async Task Undeclared_codes_keep_their_leading_zeros()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/orders.csv\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n").Write("in/orders.csv", "id,zip\n1,01234\n2,10001\n");
        await RunAsync(RunState.Succeeded);
        Assert.Equal(["01234", "10001"], await _project.QueryAsync("SELECT zip FROM shop_raw.orders ORDER BY id"));
    }

    [Fact]
    public async Task Names_beyond_ascii_do_not_meet()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/*.csv\n    columns: { id: { type: integer, required: true } }\n").Write("in/😀.csv", "id\n1\n").Write("in/😁.csv", "id\n1\n");
        var run = await RunAsync(RunState.Succeeded);
        Assert.Equal(2, run.Equations.Single().Read);
        await RunAsync(RunState.Succeeded);
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
    }

    [Fact]
    public async Task A_thousand_small_files()
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/*.csv\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n");
        for (var i = 0; i < 1000; i++)
            _project.Write($"in/{i}.csv", "id\n" + string.Join('\n', Enumerable.Range(i * 100, 100)) + "\n");
        Assert.Equal(100_000, (await RunAsync(RunState.Succeeded)).Equations.Single().Inserted);
    }

    [Theory]
    [InlineData("gz"), InlineData("gz-cut"), InlineData("gz-dirty")]
    public async Task Compressed(string how)
    {
        _project.Write(Feeds, "feeds:\n  orders:\n    files: in/*.csv.gz\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n");
        using var bytes = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(bytes, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes("id\n" + string.Join('\n', Enumerable.Range(0, 50_000)) + (how == "gz-dirty" ? "\nx\n" : "\n")));
        _project.WriteBytes("in/o.csv.gz", how == "gz-cut" ? bytes.ToArray()[..(int)(bytes.Length / 2)] : bytes.ToArray());
        var run = await RunAsync(how switch { "gz" => RunState.Succeeded, "gz-cut" => RunState.Rejected, _ => RunState.Quarantined });
        if (how != "gz-cut")
            Assert.Equal("50000", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
    }

    [Theory]
    [InlineData("whole"), InlineData("cut"), InlineData("dirty"), InlineData("two frames"), InlineData("latin-1")]
    public async Task Packed_with_zstd(string how)
    {
        _project.Write(Feeds, $"feeds:\n  orders:\n    files: in/*.csv.zst\n    key: [id]\n    encoding: {(how == "latin-1" ? "latin-1" : "utf-8")}\n    columns: {{ id: {{ type: integer, required: true }} }}\n");
        var path = Path.Combine(_project.Write("in/.keep", "").Root, "in", "o.csv.zst");
        async Task<byte[]> PackAsync(string rows)
        {
            await using var duck = new Cartage.DuckDb.DuckDbConnection("DataSource=:memory:");
            await duck.OpenAsync(TestContext.Current.CancellationToken);
            await using var copy = duck.CreateCommand();
            copy.CommandText = $"COPY ({rows}) TO '{path}' (FORMAT csv, HEADER false, COMPRESSION zstd, QUOTE '', ESCAPE '', DELIMITER '|')";
            await copy.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        }
        var first = await PackAsync($"SELECT line FROM (SELECT -1 AS n, 'id,name' AS line UNION ALL SELECT range, range || ',n' || hash(range) FROM range(50000){(how == "dirty" ? " UNION ALL SELECT 99.5, 'x,\"broken'" : "")}) ORDER BY n");
        if (how == "two frames")
            await File.WriteAllBytesAsync(path, [.. first, .. await PackAsync("SELECT range || ',m' FROM range(50000, 50010)")], TestContext.Current.CancellationToken);
        else if (how == "cut")
            await File.WriteAllBytesAsync(path, first[..^5], TestContext.Current.CancellationToken);
        var run = await RunAsync(how switch { "cut" => RunState.Rejected, "dirty" => RunState.Quarantined, _ => RunState.Succeeded });
        if (how == "cut")
            Assert.Contains("its zstd data is damaged or cut off", run.Message);
        else
            Assert.Equal(how == "two frames" ? "50010" : "50000", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
        if (how == "dirty")
            Assert.Equal(["101|unclosed_quote|x,\"broken"], await _project.QueryAsync("SELECT _record, _rules, _raw FROM shop_quarantine.orders"));
    }
}
