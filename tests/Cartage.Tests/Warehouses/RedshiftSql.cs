using System.Text;
using System.Text.RegularExpressions;
using Cartage.Connectors.Warehouses;
using Cartage.Connectors.Warehouses.Copying;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Tests.Support;
using Cartage.Warehouses;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Cartage.Tests.Warehouses;

/// <summary>The very statements Redshift would get, kept in files to be read: CARTAGE_GOLDEN=FOLDER writes them anew.</summary>
public sealed partial class RedshiftSql(SharedPostgres shared)
{
    [Theory]
    [InlineData("a_view"), InlineData("keyed"), InlineData("unkeyed"), InlineData("merged"), InlineData("appended"), InlineData("by_day"), InlineData("dim_customers"), InlineData("fact")]
    public async Task A_materialization_says_what_its_file_holds(string model)
    {
        var said = await Said.Value(shared);
        var sql = string.Join("\n\n", said.Where(s => Regex.IsMatch(s, $"\"{model}(__\\w+)?\"") && !s.StartsWith("SELECT", StringComparison.Ordinal) && !s.Contains("cartage.", StringComparison.Ordinal))) + "\n";
        var file = Path.Combine(AppContext.BaseDirectory, "Warehouses", "Golden", $"redshift-{model}.sql");
        if (Environment.GetEnvironmentVariable("CARTAGE_GOLDEN") is { } folder)
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(file)), sql, TestContext.Current.CancellationToken);
        else
            Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), sql);
    }

    [Fact]
    public void Nothing_is_said_that_Redshift_does_not_know()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Warehouses", "Golden"), "redshift-*.sql"))
            Assert.DoesNotMatch(Unknown(), File.ReadAllText(file));
    }

    [Fact]
    public void A_copy_names_the_manifest_and_who_may_read_it()
    {
        Table orders = new("shop_raw", "orders__next");
        Assert.Equal("COPY \"shop_raw\".\"orders__next\" FROM 's3://lake/processed/x/manifest.json' IAM_ROLE 'arn:aws:iam::1:role/load' FORMAT AS PARQUET MANIFEST",
            ParquetCopy.Statement(RedshiftDialect.Instance, orders, "s3://lake/processed/x/manifest.json", RedshiftWarehouseOptions.Authorize("arn:aws:iam::1:role/load", null, null, null)));
        Assert.EndsWith("IAM_ROLE default FORMAT AS PARQUET MANIFEST", ParquetCopy.Statement(RedshiftDialect.Instance, orders, "s3://b/m", RedshiftWarehouseOptions.Authorize("default", null, null, null)), StringComparison.Ordinal);
        Assert.Equal("ACCESS_KEY_ID 'id' SECRET_ACCESS_KEY 'it''s' SESSION_TOKEN 't'", RedshiftWarehouseOptions.Authorize(null, "id", "it's", "t"));
        Assert.Throws<PipelineException>(() => RedshiftWarehouseOptions.Authorize(null, "id", null, null));
        Assert.Equal("""{"entries":[{"url":"s3://b/p/part-00000.parquet","mandatory":true,"meta":{"content_length":7}}]}""", Encoding.UTF8.GetString(ParquetCopy.Manifest("s3://b", [("p/part-00000.parquet", 7)])));
    }

    [Theory]
    [InlineData(0, 4, 0), InlineData(1, 4, 1), InlineData(3, 4, 3), InlineData(1000, 4, 4), InlineData(4_000_000, 4, 4), InlineData(4_000_001, 4, 8), InlineData(20_000_000, 8, 24)]
    public void Files_are_a_multiple_of_the_slices(long rows, int slices, int files) => Assert.Equal(files, ParquetCopy.Files(rows, slices));

    // What lies together is read without the rest: all files cost one scan of the table, not one each.
    [Theory, InlineData("false"), InlineData("id % 3 = 0"), InlineData("id < 900")]
    public async Task Every_row_is_in_one_file_and_a_file_s_rows_lie_together(string gone)
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TestProject();
        await using var door = new DuckDbConnection("DataSource=:memory:");
        await door.OpenAsync(ct);
        await door.ExecuteAsync($"CREATE SCHEMA s; CREATE TABLE s.t AS SELECT range AS id FROM range(1000); DELETE FROM s.t WHERE {gone}", ct);
        var there = await door.QueryAsync("SELECT id FROM s.t ORDER BY id", r => r.GetInt64(0), ct);

        await new ParquetCopy(new LocalFolder(folder.Root), "s3://b", folder.Root).WriteAsync(door, new("s", "t"), "p", slices: 7, ct);

        var files = $"read_parquet('{folder.Root}/p/*.parquet', filename = true)";
        Assert.Equal(there, await door.QueryAsync($"SELECT id FROM {files} ORDER BY id", r => r.GetInt64(0), ct));
        var parts = await door.QueryAsync($"SELECT min(_rid), max(_rid), count(*) FROM {files} GROUP BY filename ORDER BY filename", r => (First: r.GetInt64(0), Last: r.GetInt64(1), Rows: r.GetInt64(2)), ct);
        Assert.All(parts.Zip(parts.Skip(1)), x => Assert.True(x.First.Last < x.Second.First));
        if (gone == "false")
            Assert.All(parts, x => Assert.InRange(x.Rows, 142, 143));
    }

    [Fact]
    public void The_header_says_where_rows_lie()
    {
        TableLayout layout = new("customer_key", null, ["order_date", "order_id"], new Dictionary<string, string>());
        Assert.Equal("DROP TABLE IF EXISTS \"s\".\"t\" CASCADE; CREATE TABLE \"s\".\"t\" DISTSTYLE KEY DISTKEY(\"customer_key\") COMPOUND SORTKEY(\"order_date\", \"order_id\") AS SELECT 1", RedshiftDialect.Instance.CreateLaidOut!("\"s\".\"t\"", "SELECT 1", [], layout));
        Assert.Equal(
            "DROP TABLE IF EXISTS \"s\".\"t\" CASCADE; CREATE TABLE \"s\".\"t\" (\"a\" INTEGER ENCODE az64, \"b\" VARCHAR(65535)) DISTSTYLE ALL; INSERT INTO \"s\".\"t\" SELECT a, b FROM x",
            RedshiftDialect.Instance.CreateLaidOut!("\"s\".\"t\"", "SELECT a, b FROM x", [new("a", "INTEGER"), new("b", "VARCHAR")], new(null, "all", [], new Dictionary<string, string> { ["a"] = "az64" })));
    }

    // Two days of the shop, run once for all: every statement, those after the commit too.
    static readonly Once<SharedPostgres, IReadOnlyList<string>> Said = new(async shared =>
    {
        var url = await shared.CreateDatabaseAsync();
        await using (var connection = new NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false)))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(RedshiftOnPostgres.Functions, connection);
            await command.ExecuteNonQueryAsync();
        }
        using var log = new StatementLog();
        using var project = ConformanceShop.Create();
        project.Write("pipelines/shop/models/fact.sql", File.ReadAllText(Path.Combine(project.Root, "pipelines/shop/models/fact.sql")).Replace("key: order_id\n", "key: order_id\ndistkey: customer_key\nsortkey: [order_date, order_id]\n", StringComparison.Ordinal));
        project.Warehouse = async (p, folders) => await RedshiftOnPostgres.OpenAsync(url, p.Name, folders, Directory.CreateDirectory(Path.Combine(p.StateFolder, "tmp")).FullName, log);
        var story = ConformanceStories.All.Single(s => s.Name == "changes, deletions and returns");
        foreach (var step in story.Steps.Take(2))
        {
            foreach (var (file, content) in step.Files)
                project.Write($"in/{file}", content);
            Assert.NotEqual(Cartage.Runs.RunState.Failed, (await project.RunAsync(step.Request)).State);
        }
        return [.. log.Statements.Select(Redshift)];
    });

    // What stood in comments for PostgreSQL's sake is Redshift's own.
    static string Redshift(string sql) => Comment().Replace(sql, "${own}").Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"/\*(?<own>.*?) \*/")]
    private static partial Regex Comment();

    [GeneratedRegex(@"FILTER \(|IS (NOT )?DISTINCT FROM|TRUNCATE|EXCEPT ALL|\bBY NAME\b|GROUP BY ALL|SEMI JOIN|\bWINDOW \w+ AS|DISTINCT ON|CAST\([^()]* AS VARCHAR\)|CREATE OR REPLACE TABLE|concat_ws|\bctid\b|\bTEXT\b|COLLATE|gen_random_uuid|string_agg|::", RegexOptions.ExplicitCapture)]
    private static partial Regex Unknown();

    sealed class Once<TFrom, T>(Func<TFrom, Task<T>> make)
    {
        readonly Lock _lock = new();
        Task<T>? _made;

        public Task<T> Value(TFrom from)
        {
            lock (_lock)
                return _made ??= make(from);
        }
    }
}

/// <summary>Every statement a data source sends.</summary>
sealed class StatementLog : ILoggerFactory, ILogger
{
    readonly List<string> _statements = [];

    public IReadOnlyList<string> Statements
    {
        get
        {
            lock (_statements)
                return [.. _statements];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel != LogLevel.Debug || state is not IReadOnlyList<KeyValuePair<string, object?>> values)
            return;
        IEnumerable<string> said = values.FirstOrDefault(v => v.Key is "CommandText" or "BatchCommands").Value switch
        {
            string sql => [sql],
            IEnumerable<string> several => several,
            System.Collections.IEnumerable others => others.Cast<object>().Select(o => $"{o}"),
            _ => [],
        };
        lock (_statements)
            _statements.AddRange(said);
    }

    public void Dispose() { }
}
