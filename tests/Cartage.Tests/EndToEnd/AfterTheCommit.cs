using Cartage.Connectors.ObjectStores;
using Cartage.DuckDb;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.EndToEnd;

/// <summary>What follows a publish, reports and exports, is written down with it and done, in the next run where this one could not.</summary>
public sealed class AfterTheCommit(SharedPostgres postgres, SharedS3 s3)
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n2,Bob,,2024-01-01 00:00:00,Y\n1,\"Ann \"\"A\"\", x\",Paris,2024-01-01 00:00:00,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n7,2,2024-01-05,10.50,2024-01-05 00:00:00\n1,1,2024-01-04,1.00,2024-01-05 00:00:00\n";

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_rows_in_order_in_every_format()
    {
        using var project = Shop("formats: [csv, parquet, json, ndjson]");
        var run = await RunAsync(project);

        Assert.True(run.State == RunState.Succeeded, run.Message);
        var exported = Path.Combine(project.Root, ".cartage", "processed", "names", "2024-02-01");
        Assert.Equal("customer_id,name,city,since\n1,\"Ann \"\"A\"\", x\",Paris,2024-01-01 00:00:00\n2,Bob,,2024-01-01 00:00:00\n", await File.ReadAllTextAsync(exported + ".csv", Now));
        Assert.Equal(2, System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(exported + ".json", Now)).RootElement.GetArrayLength());
        Assert.Equal(2, (await File.ReadAllLinesAsync(exported + ".ndjson", Now)).Length);
        await using var connection = new DuckDbConnection("DataSource=:memory:");
        await connection.OpenAsync(Now);
        Assert.Equal("1|2024-01-01 00:00:00", await connection.ScalarAsync<string>($"SELECT customer_id || '|' || CAST(since AS VARCHAR) FROM read_parquet('{exported}.parquet') LIMIT 1", Now));
        Assert.Equal("0", await project.ScalarAsync("SELECT count(*) FROM cartage.outbox"));
    }

    [Fact]
    public async Task Writes_the_same_from_PostgreSQL_into_a_bucket()
    {
        var (bucket, url) = (await s3.CreateBucketAsync(), await postgres.CreateDatabaseAsync());
        using var local = Shop("formats: [csv, parquet, ndjson]");
        using var remote = Shop("formats: [csv, parquet, ndjson]").Write("project.yml", $$"""
            name: small
            warehouse: { type: postgres, url: "{{url}}" }
            zones: { processed: "s3://{{bucket.Bucket}}/out" }
            connections: { lake: { type: s3, endpoint: "{{bucket.Endpoint}}", access_key_id: {{bucket.AccessKeyId}}, secret_access_key: "{{bucket.SecretAccessKey}}" } }
            """);
        await RunAsync(local);
        var run = await RunAsync(remote);

        Assert.True(run.State == RunState.Succeeded, run.Message);
        using var client = S3Client.Create(bucket);
        foreach (var format in new[] { "csv", "ndjson" })
        {
            using var answer = await client.GetObjectAsync(bucket.Bucket, $"out/names/2024-02-01.{format}", Now);
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(local.Root, ".cartage", "processed", "names", $"2024-02-01.{format}"), Now), await new StreamReader(answer.ResponseStream).ReadToEndAsync(Now));
        }
        Assert.Equal(3, (await client.ListObjectsV2Async(new() { BucketName = bucket.Bucket }, Now)).KeyCount);
    }

    [Fact]
    public async Task The_same_rows_make_the_same_bytes()
    {
        using var project = Shop("formats: [csv, parquet, json]");
        await RunAsync(project);
        var first = Exported(project);
        await RunAsync(project, fullRefresh: true);
        Assert.Equal(3, first.Count);
        Assert.Equal(first, Exported(project));
    }

    [Theory]
    [InlineData("committed"), InlineData("followed"), InlineData("followed#2")]
    public async Task A_process_that_ends_after_the_commit_leaves_it_to_the_next_run(string failpoint)
    {
        using var undisturbed = Shop("formats: [csv]");
        await RunAsync(undisturbed);
        using var project = Shop("formats: [csv]");
        Assert.NotEqual(0, (await project.KilledAsync(failpoint, "run", "--to", "2024-02-01")).ExitCode);
        Assert.Equal(failpoint == "committed" ? 0 : 1, Reports(project).Count);

        var next = await RunAsync(project);

        Assert.Equal("nothing changed", next.Message);
        Assert.Equal(Exported(undisturbed), Exported(project));
        var report = Assert.Single(Reports(project));
        Assert.Equal("0", await project.ScalarAsync("SELECT count(*) FROM cartage.outbox"));
        await using var workspace = await project.OpenAsync();
        var killed = (await workspace.Store.ListRunsAsync(10, Now)).Single(r => r.RunId != next.RunId);
        Assert.Equal(RunState.Succeeded, killed.State);
        if (failpoint != "followed#2")
            Assert.Equal(report, killed.Report);
        Assert.Contains(killed.RunId, report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zone_that_refuses_does_not_undo_the_tables_and_is_tried_again()
    {
        using var project = Shop("formats: [csv]").Write("closed", "a file, where a folder should be");
        var file = Path.Combine(project.Root, "project.yml");
        var open = await File.ReadAllTextAsync(file, Now);
        await File.WriteAllTextAsync(file, "name: small\nzones: { processed: closed/processed }\n", Now);

        var run = await RunAsync(project);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("the tables are published, but what follows is not done", run.Message, StringComparison.Ordinal);
        Assert.Contains("closed/processed/names/2024-02-01.csv", run.Message, StringComparison.Ordinal);
        Assert.NotNull(run.Report);
        Assert.Equal("2", await project.ScalarAsync("SELECT count(*) FROM shop.names"));
        await File.WriteAllTextAsync(file, open, Now);
        Assert.Equal(RunState.Succeeded, (await RunAsync(project)).State);
        Assert.Single(Exported(project));
        await using var workspace = await project.OpenAsync();
        Assert.Equal(RunState.Succeeded, (await workspace.Store.GetRunAsync(run.RunId, Now))!.State);
    }

    [Fact]
    public async Task A_report_that_was_damaged_since_is_compared_with_by_none()
    {
        using var project = Shop("formats: [csv]");
        await RunAsync(project);
        var json = Path.ChangeExtension(Assert.Single(Reports(project)), ".json");
        await File.WriteAllTextAsync(json, "{", Now);

        var run = await RunAsync(project, fullRefresh: true);

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(2, Reports(project).Count);
    }

    [Fact]
    public async Task A_run_that_changes_nothing_of_a_model_does_not_write_it_again()
    {
        using var project = Shop("formats: [csv]");
        await RunAsync(project);
        File.Delete(Path.Combine(project.Root, ".cartage", "processed", "names", "2024-02-01.csv"));
        project.Write("in/orders-2.csv", Orders.Replace("7,2,", "8,2,", StringComparison.Ordinal));
        Assert.Equal(RunState.Succeeded, (await RunAsync(project)).State);
        Assert.Empty(Exported(project));
    }

    [Theory]
    [InlineData("export: { zone: nowhere, path: x }", "'zone' must be one of")]
    [InlineData("export: { zone: processed }", "the key 'path' is missing")]
    [InlineData("export: { path: x, formats: [csw] }", "there is no format 'csw'")]
    [InlineData("export: { path: \"../x\" }", "which no zone can hold")]
    [InlineData("export: { path: \"x/{{ var.nothing }}\" }", "the placeholder '{{ var.nothing }}' has no value")]
    [InlineData("export: { path: x, to: y }", "there is no key 'to' here")]
    public void Says_what_is_wrong_with_an_export(string header, string message)
    {
        using var project = SmallShop.Create().Write("pipelines/shop/models/names.sql", $"/* ---\n{header}\n--- */\nselect name from customers\n");
        var finding = Assert.Single(project.Load().Findings);
        Assert.Equal(("pipelines/shop/models/names.sql", 2), (finding.File, finding.Line));
        Assert.Contains(message, finding.ToString(), StringComparison.Ordinal);
    }

    static TestProject Shop(string export) =>
        SmallShop.Create().Write("in/customers.csv", Customers).Write("in/orders.csv", Orders).Write(
            "pipelines/shop/models/names.sql",
            $$$"""
            /* ---
            key: customer_id
            export: { zone: processed, path: "names/{{ end:yyyy-MM-dd }}", {{{export}}} }
            --- */
            select customer_id, name, city, updated_at as since from customers
            """);

    static Task<RunResult> RunAsync(TestProject project, bool fullRefresh = false) => project.RunAsync(new() { To = new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero), FullRefresh = fullRefresh });

    static List<(string, string)> Exported(TestProject project) =>
        Path.Combine(project.Root, ".cartage", "processed") is var folder && Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), Convert.ToHexString(File.ReadAllBytes(f))))]
            : [];

    static List<string> Reports(TestProject project) =>
        Path.Combine(project.Root, ".cartage", "reports") is var folder && Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "quality.html", SearchOption.AllDirectories)] : [];
}
