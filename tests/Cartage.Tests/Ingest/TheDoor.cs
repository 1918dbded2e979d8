using System.Text;
using Cartage.DuckDb;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Ingest;

public sealed class TheDoor : IDisposable
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n2,Bob,,2024-01-01 00:00:00,Y\n";

    readonly TestProject _project = SmallShop.Create();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Every_kind_of_dirt_is_set_aside_with_its_reason_and_the_rows_add_up()
    {
        _project.Write("in/customers.csv", Customers);
        byte[] orders =
        [
            .. Encoding.UTF8.GetBytes("order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,\n2,1,2018-02-30,10.00,\n3,,2024-01-05,10.00,\n4,9,2024-01-05,10.00,\n5,1,2024-01-05,99999,\n6,1,2024-01-05\n7,1,2024-01-05,10.00,,,\n8,1,\"2024-01-05,10.00,\n9,1,2024-01-05,10.00,\n9,1,2024-01-05,20.00,\n10,1,2024-01-05,30.00,\n10,1,2024-01-05,30.00,\n11,1,2024-01-05,1"),
            0, .. "0,\n12,1,2024-01-05,10.00,"u8, 0xE9, .. "\n13,2,2024-01-05,5.00,\n"u8,
        ];
        _project.WriteBytes("in/orders.csv", orders);
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Quarantined, run.Message);
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.Equal(15, run.Equations.Single(e => e.Feed == "orders").Read);
        Assert.Equal(["1|10.00", "10|30.00", "13|5.00"], await _project.QueryAsync("SELECT order_id, amount FROM shop_raw.orders ORDER BY order_id"));
        Assert.Equal(
            ["columns|2", "encoding|1", "key_conflict|2", "nul|1", "range|1", "required|1", "type|1", "unclosed_quote|1", "unknown_reference|1"],
            await _project.QueryAsync("SELECT _rules, count(*) FROM shop_quarantine.orders GROUP BY 1 ORDER BY 1"));
        Assert.Equal("order_date: '2018-02-30' — it is not a date|2|2,1,2018-02-30,10.00,", await _project.ScalarAsync("SELECT _reason, _record, _raw FROM shop_quarantine.orders WHERE _rules = 'type'"));
    }

    [Theory]
    [InlineData("31.03.2026", "VARCHAR"), InlineData("03/31/2026", "VARCHAR"), InlineData("2026-03-31", "DATE"), InlineData("31.03.2026 10:11", "VARCHAR"), InlineData("2026-03-31T10:11:12", "TIMESTAMP")]
    public async Task A_date_that_nobody_declared_has_its_type_where_the_door_can_read_it(string written, string type)
    {
        _project.Write("in/customers.csv", $"customer_id,name,city,updated_at,is_active,born\n1,Ann,Paris,2024-01-01 00:00:00,Y,{written}\n2,Bob,Rome,2024-01-01 00:00:00,Y,\n");
        _project.Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,\n");
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(type, await _project.ScalarAsync("SELECT data_type FROM information_schema.columns WHERE table_schema = 'shop_raw' AND table_name = 'customers' AND column_name = 'born'"));
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.customers"));
    }

    [Fact]
    public async Task No_version_comes_in_before_its_parent_however_many_come_at_once()
    {
        const string header = "order_id,customer_id,order_date,amount,updated_at\n";
        _project.Write("in/customers.csv", Customers).Write("in/orders.csv", header + "1,1,2024-01-05,10.00,2024-01-05 00:00:00\n");
        await _project.RunAsync();
        _project.Write("in/orders-2.csv", header + "7,77,2024-01-06,10.00,2024-01-06 00:00:00\n7,77,2024-01-06,20.00,2024-01-07 00:00:00\n");
        Assert.Equal(RunState.Quarantined, (await _project.RunAsync()).State);
        Assert.Equal("0|2", await _project.ScalarAsync("SELECT (SELECT count(*) FROM shop_raw.orders_history WHERE order_id = 7), (SELECT count(*) FROM shop_quarantine.orders WHERE _status = 'open')"));
        _project.Write("in/customers-2.csv", "customer_id,name,city,updated_at,is_active\n77,Zoe,Bonn,2024-01-01 00:00:00,Y\n");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal(["10.00", "20.00"], await _project.QueryAsync("SELECT amount FROM shop_raw.orders_history WHERE order_id = 7 ORDER BY updated_at"));
        Assert.Equal("20.00", await _project.ScalarAsync("SELECT amount FROM shop_raw.orders WHERE order_id = 7"));
    }

    [Fact]
    public async Task A_row_whose_parent_comes_later_comes_in_with_it()
    {
        _project.Write("in/customers.csv", Customers).Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n1,7,2024-01-05,10.00,\n");
        Assert.Equal(RunState.Quarantined, (await _project.RunAsync()).State);
        _project.Write("in/customers-2.csv", "customer_id,name,city,updated_at,is_active\n7,Gus,,2024-01-02 00:00:00,Y\n");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal("1|7", await _project.ScalarAsync("SELECT order_id, customer_id FROM shop_raw.orders"));
        Assert.Equal("released", await _project.ScalarAsync("SELECT _status FROM shop_quarantine.orders"));
    }

    [Theory]
    [InlineData("utf-16"), InlineData("latin-1"), InlineData("utf-8-mark"), InlineData("crlf")]
    public async Task Reads_other_encodings_and_line_ends(string how)
    {
        var text = Customers.Replace("Paris", "Nîmes");
        if (how is "utf-16" or "latin-1")
            _project.Write("pipelines/shop/feeds/files.yml", File.ReadAllText(Path.Combine(_project.Root, "pipelines/shop/feeds/files.yml")).Replace("    files: \"in/customers*.csv\"", $"    files: \"in/customers*.csv\"\n    encoding: {how}"));
        _project.WriteBytes("in/customers.csv", how switch
        {
            "utf-16" => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)],
            "latin-1" => Encoding.Latin1.GetBytes(text),
            "utf-8-mark" => [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text)],
            _ => Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n")),
        });
        _project.Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n");
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(["1|Ann|Nîmes", "2|Bob|"], await _project.QueryAsync("SELECT customer_id, name, city FROM shop_raw.customers ORDER BY 1"));
    }

    public static TheoryData<string, byte[], string> Unreadable =>
        new()
        {
            { "customers.csv", [], "empty" },
            { "customers.csv", [0, 1, 2, 255, 254, 0, 9, 8, 10, 0, 77], "header" },
            { "customers.csv", Encoding.UTF8.GetBytes("customer_id,name,name\n1,a,b\n"), "'name' 2 times" },
            { "customers.csv", Encoding.UTF8.GetBytes("customer_id,city\n1,Paris\n"), "lacks the required column 'name'" },
        };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_file_that_cannot_be_read_rejects_the_run_once_and_is_left_out_until_it_changes(string name, byte[] content, string reason)
    {
        _project.Write("in/customers-good.csv", Customers).Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n").WriteBytes("in/" + name, content);
        var run = await _project.RunAsync();
        Assert.Equal(RunState.Rejected, run.State);
        Assert.Contains(reason, run.Message);
        Assert.Equal("0", await _project.ScalarAsync("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'shop_raw' AND table_name = 'customers'"));
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        _project.Write("in/" + name, Customers.Replace("1,Ann", "3,Cem"));
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal("3", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.customers"));
    }

    [Fact]
    public async Task A_fifty_megabyte_line_is_set_aside_and_nothing_else()
    {
        _project.Write("in/customers.csv", Customers + $"3,{new string('x', 50_000_000)},Rome,2024-01-01 00:00:00,Y\n4,Dan,Oslo,2024-01-01 00:00:00,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n");
        var run = await _project.RunAsync();
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.True(run.State is RunState.Quarantined or RunState.Rejected, run.Message);
        if (run.State == RunState.Quarantined)
            Assert.Equal("1|2|4", string.Join('|', await _project.QueryAsync("SELECT customer_id FROM shop_raw.customers ORDER BY 1")));
    }

    [Fact]
    public async Task Hostile_names_and_values_stay_data()
    {
        const string Evil = "'); DROP TABLE x; -- \"\" /* ${HOME} {{ start }} <script>";
        var name = new string('n', 10_000);
        _project.Write("pipelines/shop/feeds/files.yml", File.ReadAllText(Path.Combine(_project.Root, "pipelines/shop/feeds/files.yml")) + "\n  notes:\n    files: \"in/notes*\"\n    key: ['no;te']\n" + "    format: csv\n");
        _project.Write("in/customers.csv", Customers + $"3,\"{Evil.Replace("\"", "\"\"")}\",{name},2024-01-01 00:00:00,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n");
        _project.Write("in/notes'; -- .csv", "no;te,\"a \"\"b\",select\n1,x,\"y;z\"\n");
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(Evil + "|10000", await _project.ScalarAsync("SELECT name, length(city) FROM shop.dim_customers WHERE customer_id = 3"));
        Assert.Equal("1|y;z", await _project.ScalarAsync("SELECT \"no;te\", \"select\" FROM shop_raw.notes"));
    }

    [Theory]
    [InlineData("decimal(10,2)", "[0.5, 1]", "0.5 1.00", "2")]
    [InlineData("double", "[1, 2.5]", "1 2.50 1.0", "-1")]
    [InlineData("integer", "[1, -2]", "1 -2", "2")]
    [InlineData("timestamp", "[2024-01-01]", "2024-01-01,2024-01-01T00:00:00", "2024-01-02")]
    [InlineData("time", "['08:00']", "08:00,08:00:00", "09:00")]
    [InlineData("boolean", "[true]", "true,t,TRUE", "false")]
    [InlineData("text", "['1']", "1", "1.0")]
    public async Task A_value_is_one_of_others_however_it_is_written(string type, string oneOf, string good, string bad)
    {
        _project.Write("pipelines/shop/feeds/more.yml", $"feeds:\n  more:\n    files: in/more.csv\n    columns:\n      v: {{ type: \"{type}\", one_of: {oneOf} }}\n").Write("in/customers.csv", Customers).Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n");
        var values = good.Split(' ', ',');
        _project.Write("in/more.csv", $"v,w\n{string.Concat(values.Append(bad).Select(v => v + ",x\n"))}");

        await _project.RunAsync();

        Assert.Equal($"{values.Length}", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.more"));
        Assert.Equal(bad, await _project.ScalarAsync("SELECT v FROM shop_quarantine.more"));
    }

    // As log rotation and parallel packers write them.
    [Theory, InlineData("Bob"), InlineData("\"Bob\"")]
    public async Task A_gzip_file_of_several_parts_is_read_to_its_end(string name)
    {
        using var packed = new MemoryStream();
        foreach (var part in new[] { "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 00:00:00,Y\n", $"2,{name},,2024-01-01 00:00:00,Y\n", "3,Cem,Rome,2024-01-01 00:00:00,Y\n" })
            using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
                gzip.Write(Encoding.UTF8.GetBytes(part));
        _project.WriteBytes("in/customers.csv.gz", packed.ToArray()).Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n");
        _project.Write("pipelines/shop/feeds/files.yml", File.ReadAllText(Path.Combine(_project.Root, "pipelines/shop/feeds/files.yml")).Replace("in/customers*.csv", "in/customers*"));

        var run = await _project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(3, run.Equations.Single(e => e.Feed == "customers").Read);
        Assert.Equal(["1|Ann", "2|Bob", "3|Cem"], await _project.QueryAsync("SELECT customer_id, name FROM shop_raw.customers ORDER BY 1"));
    }

    [Theory]
    [InlineData("plain"), InlineData("crlf"), InlineData("dirty"), InlineData("utf-16"), InlineData("zstd"), InlineData("old-returns")]
    public async Task A_column_s_name_may_hold_line_breaks_and_quotes(string how)
    {
        var text = $"customer_id,name,\"home \"\"town\"\"\n(if\n known)\",updated_at,is_active\n1,Ann,\"Par\nis\",2024-01-01 00:00:00,Y\n{(how == "dirty" ? "x,Bob\n" : "")}2,Cem,Rome,2024-01-01 00:00:00,Y\n";
        _project.Write("pipelines/shop/feeds/files.yml", File.ReadAllText(Path.Combine(_project.Root, "pipelines/shop/feeds/files.yml")).Replace("    files: \"in/customers*.csv\"", $"    files: \"in/customers*\"\n    encoding: {(how == "utf-16" ? how : "utf-8")}"))
            .Write("pipelines/shop/models/dim_customers.sql", "select customer_id from customers\n").Write("pipelines/shop/models/fact_orders.sql", "select order_id from orders\n");
        _project.Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n").WriteBytes("in/customers.csv", how switch
        {
            "crlf" => Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n")),
            "old-returns" => Encoding.UTF8.GetBytes(text.Replace('\n', '\r')),
            "utf-16" => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)],
            _ => Encoding.UTF8.GetBytes(text),
        });
        if (how == "zstd")
        {
            await using var duck = new DuckDbConnection("DataSource=:memory:");
            await duck.OpenAsync(TestContext.Current.CancellationToken);
            var file = Path.Combine(_project.Root, "in/customers.csv");
            await duck.ExecuteAsync($"COPY (SELECT content FROM read_text('{file}')) TO '{file}.zst' (FORMAT csv, HEADER false, COMPRESSION zstd, QUOTE '', ESCAPE '', DELIMITER '|')", TestContext.Current.CancellationToken);
            File.Delete(file);
        }

        var run = await _project.RunAsync();

        Assert.True(run.State == (how == "dirty" ? RunState.Quarantined : RunState.Succeeded), run.Message);
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        Assert.Equal(["1|Par is", "2|Rome"], await _project.QueryAsync("SELECT customer_id, regexp_replace(\"home \"\"town\"\"\n(if\n known)\", '\\s+', ' ') FROM shop_raw.customers ORDER BY 1"));
    }

    // As a value that breaks a rule it is quoted in reasons, shown, mended by and reported.
    [Fact]
    public async Task Hostile_values_stay_data_in_quarantine_and_report()
    {
        const string Evil = "Y'); DROP SCHEMA shop CASCADE; -- */ [red] ../../x <script>alert(1)</script>";
        var name = Evil + new string('n', 10_000);
        _project.Write("in/customers.csv", Customers + $"3,\"{name}\",Oslo,2024-01-01 00:00:00,\"{Evil}\"\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n");
        Task<Cli.Answer> TypeAsync(params string[] typed) => Cli.Typed.InAsync(_project.Root, typed);

        var run = await TypeAsync("run");
        Assert.Equal(0, run.Code);
        var shown = await TypeAsync("quarantine", "show", "customers", "--format", "json");
        Assert.Equal(name, System.Text.Json.JsonDocument.Parse(shown.Out).RootElement[0].GetProperty("name").GetString());
        Assert.Contains("DROP SCHEMA", (await TypeAsync("quarantine", "ls")).Out, StringComparison.Ordinal);
        var report = await File.ReadAllTextAsync(Directory.EnumerateFiles(Path.Combine(_project.Root, ".cartage/reports"), "quality.html", SearchOption.AllDirectories).Single(), TestContext.Current.CancellationToken);
        Assert.Contains("DROP SCHEMA", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", report, StringComparison.Ordinal);

        Assert.Equal(0, (await TypeAsync("quarantine", "fix", "customers", "--set", "is_active=N", "--set", $"city={Evil}", "--where", $"is_active = '{Evil.Replace("'", "''")}'")).Code);
        Assert.Equal(0, (await TypeAsync("quarantine", "release", "customers")).Code);
        Assert.Equal($"{name}|{Evil}", await _project.ScalarAsync("SELECT name, city FROM shop.dim_customers WHERE customer_id = 3"));
    }

    [Fact]
    public async Task Another_file_of_the_same_name_is_a_new_version_that_wins()
    {
        _project.Write("in/customers.csv", Customers).Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,10.00,\n");
        await _project.RunAsync();
        _project.Write("in/orders.csv", "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-05,12.00,\n2,1,2024-01-06,3.00,\n");
        var run = await _project.RunAsync();
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal((1, 1, 0), run.Equations.Where(e => e.Feed == "orders").Select(e => ((int)e.Inserted, (int)e.Updated, (int)e.Unchanged)).Single());
        Assert.Equal(["1|12.00", "2|3.00"], await _project.QueryAsync("SELECT order_id, amount FROM shop.fact_orders ORDER BY 1"));
    }
}
