using System.IO.Compression;
using System.Text;
using Cartage.DuckDb;
using Cartage.Host;

namespace Cartage.Tests.Cli;

/// <summary>Contracts inferred from files: told why, and good to run with.</summary>
public sealed class Crawling : IDisposable
{
    readonly EmptyFolder _folder = new();

    public Crawling() => Write("project.yml", "name: shop\nzones: { inbox: in }\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bike-store", "orders", "1615"), InlineData("transactions", "transaction", ""), InlineData("retail", "in", ""), InlineData("order-metrics", "orders", "")]
    public async Task The_generators_files_give_contracts_that_run(string dataset, string feed, string rows)
    {
        Assert.Equal(0, (await TypeAsync("gen", dataset, "--dir", "in")).Code);

        var crawled = await TypeAsync("crawl", "in", "--write");
        Assert.True(crawled.Code == 0, crawled.Error);
        var run = await TypeAsync("run", "--strict");

        Assert.True(run.Code == 0, run.Out + run.Error + crawled.Out);
        var counted = (await TypeAsync("query", $"select count(*) as n from shop_raw.{feed}", "--format", "csv")).Out.Split('\n')[1];
        Assert.True(rows.Length > 0 ? int.Parse(counted) > 100 : int.Parse(counted) > 1000, counted);
    }

    [Fact]
    public async Task Semicolons_latin_1_and_texts_for_no_value()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "cafes.csv"), Encoding.Latin1.GetBytes("id;name;opened;rent\n1;Café;2024-01-05;10.50\n2;Bar;N/A;7.25\n3;Zoë;2024-03-01;N/A\n"));
        Assert.Equal(
            """
            feeds:
              cafes:
                files: "cafes.csv"
                delimiter: ";"
                encoding: latin-1
                nulls: ["N/A"]
                key: [id]
                columns:
                  id: { type: integer, required: true }
                  name: { type: text }
                  opened: { type: date }
                  rent: { type: "decimal(10,2)" }

            """, await ContractAsync("cafes.csv"));
        await RunsAsync("cafes", "select name, opened from cafes where id = 3", "Zoë,2024-03-01");
    }

    [Fact]
    public async Task Numbers_and_dates_of_another_country()
    {
        Write("cafes.csv", "id;opened;rent;open;seen;told\n1;31.03.2026;1.234,50;31.03.2026 10:11;03/31/2026;03/04/2026\n2;1.4.2026;7;01.04.2026 9:00;04/01/2026;12/11/2026\n3;;-0,5;;;\n");
        Assert.Equal(
            """
            feeds:
              cafes:
                files: "cafes.csv"
                delimiter: ";"
                decimal: ","
                key: [id]
                columns:
                  id: { type: integer, required: true }
                  opened: { type: date, format: "dd.MM.yyyy" }
                  rent: { type: "decimal(10,2)" }
                  open: { type: timestamp, format: "dd.MM.yyyy HH:mm" }
                  seen: { type: date, format: "MM/dd/yyyy" }
                  told: { type: text }

            """, await ContractAsync("cafes.csv"));
        Assert.Contains("dates that could be dd/MM/yyyy or MM/dd/yyyy: say which with 'format'", (await TypeAsync("crawl", "cafes.csv")).Out, StringComparison.Ordinal);
        await RunsAsync("cafes", "select rent, opened, seen from cafes where id = 1", "1234.50,2026-03-31,2026-03-31");
    }

    [Fact]
    public async Task Commas_beside_points_stay_text()
    {
        Write("cafes.csv", "id;rent;tax\n1;1.234,50;7.25\n2;12,5;0.5\n");
        var contract = await ContractAsync("cafes.csv");
        Assert.Contains("rent: { type: text }", contract, StringComparison.Ordinal);
        Assert.Contains("tax: { type: \"decimal(10,2)\" }", contract, StringComparison.Ordinal);
        Assert.DoesNotContain("decimal: ", contract, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_under_zstd()
    {
        var path = Path.Combine(_folder.Path, "cafes.csv.zst");
        using (var connection = new DuckDbConnection())
        {
            connection.Open();
            using var copy = connection.CreateCommand();
            copy.CommandText = $"COPY (FROM (VALUES (1, 'Café', DATE '2024-01-05'), (2, 'Bar;x', NULL)) AS t(id, name, opened)) TO '{path}' (FORMAT csv, HEADER, COMPRESSION zstd, DELIMITER ';')";
            copy.ExecuteNonQuery();
        }
        Assert.Equal(
            """
            feeds:
              cafes:
                files: "cafes.csv.zst"
                delimiter: ";"
                key: [id]
                columns:
                  id: { type: integer, required: true }
                  name: { type: text }
                  opened: { type: date }

            """, await ContractAsync("cafes.csv.zst"));
        await RunsAsync("cafes", "select name, opened from cafes where id = 1", "Café,2024-01-05");

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^5]);
        var crawled = await TypeAsync("crawl", "cafes.csv.zst");
        Assert.Equal(1, crawled.Code);
        Assert.Contains("damaged or cut off", crawled.Error);
    }

    [Fact]
    public async Task Corrected_files_and_longer_names_each_come_into_one_feed()
    {
        foreach (var name in new[] { "order-2024-01-01", "order-2024-01-01-corrected", "order-items-2024-01-01", "order-items-2024-01-02", "2024_b2b_returns" })
            Write($"in/{name}.csv", $"id,file\n1,{name}\n");
        Assert.Equal(0, (await TypeAsync("crawl", "in", "--write")).Code);
        Assert.Equal(0, (await TypeAsync("run")).Code);
        var counted = await TypeAsync("query", "select 'order', count(*) from shop_raw.order union all select 'items', count(*) from shop_raw.order_items union all select 'returns', count(*) from shop_raw.bb_returns order by 1", "--format", "csv");
        Assert.Equal("items,2\norder,2\nreturns,1", string.Join('\n', counted.Out.Trim().Split('\n')[1..]));
    }

    [Fact]
    public async Task A_project_file_that_cannot_be_read_is_said_and_a_pipeline_that_is_not_finished_is_not_in_the_way()
    {
        Write("stock.csv", "id,n\n1,7\n");
        Write("stock.csv.manifest.json", "{}"); // beside an object of the raw zone
        Write("pipelines/shop/models/m.sql", "select * from stock_that_is_not_there");
        Assert.Equal(0, (await TypeAsync("crawl", ".")).Code);
        Write("project.yml", "name: shop\nzones: { inbox: in\n");
        var crawled = await TypeAsync("crawl", "stock.csv");
        Assert.Equal(2, crawled.Code);
        Assert.Contains("it is not YAML", crawled.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_header()
    {
        Write("stock.csv", "1,7,30\n1,8,12\n2,7,0\n2,8,0\n"); // no column alone names a row
        var contract = await ContractAsync("stock.csv");
        Assert.Contains("header: false", contract, StringComparison.Ordinal);
        Assert.Contains("key: [column_1, column_2]", contract, StringComparison.Ordinal);
        await RunsAsync("stock", "select sum(column_3) as n from stock", "42");
    }

    [Fact]
    public async Task Compressed_by_gzip()
    {
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder.Path, "orders-2024-01-01.csv.gz")), CompressionLevel.Fastest))
            gzip.Write("order_id,amount\n1,2.5\n2,3.5\n"u8);
        var contract = await ContractAsync(".");
        Assert.Contains("files: \"orders*.csv.gz\"", contract, StringComparison.Ordinal);
        await RunsAsync("orders", "select sum(amount) as n from orders", "6.0");
    }

    [Fact]
    public async Task Lines_of_json_and_parquet()
    {
        Write("events.ndjson", "{\"event_id\": 1, \"name\": \"a\", \"tags\": [\"x\"]}\n{\"event_id\": 2, \"name\": \"b\", \"tags\": []}\n");
        var contract = await ContractAsync("events.ndjson");
        Assert.Contains("event_id: { type: bigint, required: true }", contract, StringComparison.Ordinal);
        Assert.Contains("tags: { type: json }", contract, StringComparison.Ordinal);
        await RunsAsync("events", "select name from events where event_id = 2", "b");
    }

    [Fact]
    public async Task Types_that_are_mixed_are_explained()
    {
        Write("mixed.csv", "id,zip,size\n1,01234,10\n2,02345,12\n3,03456,XL\n");
        var crawled = await TypeAsync("crawl", "mixed.csv");
        Assert.Contains("digits with zeros in front, such as '01234'", crawled.Out, StringComparison.Ordinal);
        Assert.Contains("2 of 3 values are integer, 1 are not, such as 'XL'", crawled.Out, StringComparison.Ordinal);
        Assert.Contains("zip: { type: text }", crawled.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_names_stay_names()
    {
        Write("it's; drop.csv", "\"a: b\",#c,\"d'e\",yes,\u00e9t\u00e9,x\"\"y\n1,2,3,4,5,6\n");
        var crawled = await TypeAsync("crawl", "it's; drop.csv", "--write");
        Assert.True(crawled.Code == 0, crawled.Error);
        var validated = await TypeAsync("validate");
        Assert.True(validated.Code == 0, validated.Out + validated.Error);
        var ran = await TypeAsync("run", "--strict");
        Assert.True(ran.Code == 0, ran.Out + ran.Error);
        Assert.Contains("\n1,2,3,4", (await TypeAsync("query", "select \"a: b\", \"#c\", \"d'e\", \"yes\" from shop_raw.it_s_drop", "--format", "csv")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_what_differs_from_the_contract_on_disk_and_leaves_it()
    {
        Write("orders.csv", "order_id,amount\n1,2.5\n");
        Write("pipelines/shop/pipeline.yml", "description: x\n");
        Write("pipelines/shop/feeds/f.yml", "feeds:\n  orders:\n    files: orders.csv\n    key: [order_id]\n    columns:\n      order_id: text\n      was: integer\n");
        var crawled = await TypeAsync("crawl", "orders.csv", "--write");
        Assert.Contains("order_id: text there, integer in the files", crawled.Error, StringComparison.Ordinal);
        Assert.Contains("amount: not declared", crawled.Error, StringComparison.Ordinal);
        Assert.Contains("was: declared, but in none of the files", crawled.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "pipelines/shop/feeds/orders.yml")));
    }

    [Fact]
    public async Task Partitions_and_zones()
    {
        foreach (var day in new[] { 1, 2 })
            Write($"in/sales/year=2024/day={day}/part-{day}.csv", $"sale_id,amount\n{day},5\n");
        var crawled = await TypeAsync("crawl", "inbox://sales");
        Assert.Contains("in/sales/**/part*.csv", crawled.Out, StringComparison.Ordinal);
        Assert.Contains("year, day", crawled.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await TypeAsync("crawl", "nowhere")).Code);
    }

    async Task<string> ContractAsync(string path) => (await TypeAsync("crawl", path)).Out is var text ? text[text.IndexOf("feeds:\n", StringComparison.Ordinal)..] : "";

    async Task RunsAsync(string feed, string sql, string expected)
    {
        var crawled = await TypeAsync("crawl", ".", "--write");
        Assert.True(crawled.Code == 0, crawled.Error);
        var run = await TypeAsync("run", "--strict");
        Assert.True(run.Code == 0, run.Out + run.Error);
        Assert.Equal(expected, (await TypeAsync("query", sql.Replace($"from {feed}", $"from shop_raw.{feed}", StringComparison.Ordinal), "--format", "csv")).Out.Split('\n')[1]);
    }

    Task<Answer> TypeAsync(params string[] args) => Typed.InAsync(_folder.Path, args);

    void Write(string path, string text)
    {
        var file = Path.Combine(_folder.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
