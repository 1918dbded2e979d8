using System.Globalization;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>Numbers and dates as shops write them, and what must not be taken for one.</summary>
public sealed class Notations : IDisposable
{
    readonly TestProject _project = new TestProject().Write("project.yml", "name: prices\n").Write("pipelines/shop/pipeline.yml", "description: prices\n");

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("\",\"", "1.234.567,89", "1234567.89"), InlineData("\",\"", "1234,5", "1234.50"), InlineData("\",\"", "-0,5", "-0.50"), InlineData("\",\"", "1 234,5", "1234.50"), InlineData("\",\"", "1\u00a0234", "1234.00"), InlineData("\",\"", "1.234", "1234.00")]
    [InlineData("\",\"", "12.5", null), InlineData("\",\"", "1,234.50", null), InlineData("\",\"", "1.23,50", null), InlineData("\",\"", "12,5 EUR", null), InlineData("\",\"", "1,2,3", null), InlineData("\",\"", "", "")]
    [InlineData("\".\"", "1,234,567.89", "1234567.89"), InlineData("\".\"", "1'234.5", "1234.50"), InlineData("\".\"", "12,5", null)]
    [InlineData(null, "1234.5", "1234.50"), InlineData(null, "1,5", null), InlineData(null, "1,234.50", null)]
    public async Task Numbers(string? sign, string written, string? read)
    {
        Contract($"""price: "decimal(12,2)" """, sign is null ? "" : $"decimal: {sign}");
        Assert.Equal(read, await ReadAsync("price", written));
    }

    [Theory]
    [InlineData("date", "dd.MM.yyyy", "31.03.2026", "2026-03-31"), InlineData("date", "dd.MM.yyyy", "1.3.2026", "2026-03-01"), InlineData("date", "MM/dd/yyyy", "03/31/2026", "2026-03-31"), InlineData("date", "yyyyMMdd", "20260331", "2026-03-31")]
    [InlineData("date", "d MMM yy", "31 Mar 26", "2026-03-31"), InlineData("date", "MMMM d, yyyy", "March 31, 2026", "2026-03-31"), InlineData("date", "dd.MM.yyyy", "2026-03-31", "2026-03-31")]
    [InlineData("date", "dd.MM.yyyy", "31.02.2026", null), InlineData("date", "dd.MM.yyyy", "31.03.26", null), InlineData("date", "dd.MM.yyyy", "03/31/2026", null), InlineData("date", "dd.MM.yyyy", "31.03.2026 10:00", null), InlineData("date", "dd/MM/yyyy", "12/31/2026", null)]
    [InlineData("timestamp", "dd.MM.yyyy HH:mm", "31.03.2026 14:05", "2026-03-31 14:05:00"), InlineData("timestamp", "dd.MM.yyyy 'um' H:mm 'Uhr'", "31.03.2026 um 9:05 Uhr", "2026-03-31 09:05:00"), InlineData("timestamp", "yyyy-MM-dd'T'HH:mm:ss.fff", "2026-03-31T14:05:06.789", "2026-03-31 14:05:06.789")]
    [InlineData("timestamptz", "dd.MM.yyyy HH:mm zzz", "31.03.2026 14:05 +02:00", "2026-03-31 12:05:00+00"), InlineData("time", "h:mm tt", "3:07 PM", "15:07:00"), InlineData("timestamp", "dd.MM.yyyy HH:mm", "31.03.2026 24:05", null)]
    public async Task Dates_and_times(string type, string format, string written, string? read)
    {
        Contract($$"""day: { type: {{type}}, format: "{{format}}" }""");
        Assert.Equal(read, await ReadAsync("day", written));
    }

    [Theory]
    [InlineData("integer", "12.5", null), InlineData("integer", "12.0", "12"), InlineData("integer", "12", "12"), InlineData("integer", "0.4", null), InlineData("integer", "nan", null), InlineData("integer", "2147483647", "2147483647"), InlineData("integer", "2147483648", null)]
    [InlineData("smallint", "-32768", "-32768"), InlineData("smallint", "1.5", null), InlineData("bigint", "9007199254740993", "9007199254740993"), InlineData("bigint", "-9223372036854775808", "-9223372036854775808"), InlineData("bigint", "1.5", null)]
    public async Task A_whole_number_is_never_made_by_rounding(string type, string written, string? read)
    {
        Contract($"n: {type}");
        Assert.Equal(read, await ReadAsync("n", written));
        _project.Write("in/prices.ndjson", $$"""{"sku":"J","n":{{(written == "nan" ? "\"nan\"" : written)}}}""" + "\n");
        await _project.RunAsync();
        Assert.Equal(read is null ? [] : [read], await _project.QueryAsync("SELECT n FROM shop_raw.prices WHERE sku = 'J'"));
    }

    [Fact]
    public async Task What_is_set_aside_says_how_it_should_be_written_and_comes_back_so()
    {
        Contract("""price: "decimal(12,2)" """, "decimal: \",\"", """day: { type: date, format: dd.MM.yyyy }""");
        _project.Write("in/prices.csv", "sku;price;day\nA;12.5;31.02.2026\n").Write("in/prices.ndjson", "{\"sku\":\"Z\"}\n");
        await _project.RunAsync();
        Assert.Equal("price: '12.5' — it is not a decimal(12,2) written as 1.234,50; day: '31.02.2026' — it is not a date written as dd.MM.yyyy", await _project.ScalarAsync("SELECT _reason FROM shop_quarantine.prices"));
        Assert.Equal(0, (await Cli.Typed.InAsync(_project.Root, "quarantine", "fix", "prices", "--set", "price=12,50", "--set", "day=28.02.2026")).Code);
        Assert.Equal(0, (await Cli.Typed.InAsync(_project.Root, "quarantine", "release", "prices")).Code);
        Assert.Equal("12.50|2026-02-28", await _project.ScalarAsync("SELECT price, CAST(day AS VARCHAR) FROM shop_raw.prices WHERE sku = 'A'"));
    }

    [Fact]
    public async Task Many_of_them_add_up()
    {
        Contract("""price: "decimal(12,2)" """, "decimal: \",\"", """day: { type: date, format: dd.MM.yyyy }""");
        var days = Enumerable.Range(0, 20_000).Select(n => (Sku: n, Day: new DateOnly(2020, 1, 1).AddDays(n % 2000), Price: n * 1.01m)).ToList();
        NumberFormatInfo german = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };
        _project.Write("in/prices.csv", "sku;price;day\n" + string.Concat(days.Select(d => $"{d.Sku};{d.Price.ToString("#,0.00", german)};{d.Day:dd.MM.yyyy}\n")));
        _project.Write("in/prices.ndjson", "{\"sku\":\"Z\"}\n");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal(
            $"{days.Count}|{days.Sum(d => d.Price).ToString("0.00", CultureInfo.InvariantCulture)}|{days.Sum(d => (long)d.Day.DayNumber)}",
            await _project.ScalarAsync("SELECT count(*), sum(price), sum(datediff('day', DATE '0001-01-01', day)) FROM shop_raw.prices WHERE sku <> 'Z'"));
    }

    [Theory]
    [InlineData("n: { type: integer, format: dd.MM.yyyy }", "", "'format' says how dates and times are written; 'n' is integer")]
    [InlineData("day: { type: date, format: tt.mm.jjjj }", "", "'tt.mm.jjjj' is no format of dates")]
    [InlineData("n: integer", "decimal: ;", "'decimal' must be one of ., ,, not ';'")]
    [InlineData("n: integer", "decimal: \",\"\n    format: json", "'decimal' is for delimited files")]
    [InlineData("n: { type: decimal(10,2) }", "", "Within braces a comma ends a value: put it in quotes, such as \"decimal(10,2)\".")]
    public async Task What_is_none_is_a_finding(string column, string setting, string finding)
    {
        Contract(column, setting);
        var validate = await Cli.Typed.InAsync(_project.Root, "validate");
        Assert.Equal(2, validate.Code);
        Assert.Contains(finding, validate.Error + validate.Out, StringComparison.Ordinal);
    }

    void Contract(string column, string setting = "", string another = "") =>
        _project.Write(
            "pipelines/shop/feeds/prices.yml",
            $$"""
            feeds:
              prices:
                files: ["in/prices*.csv", "in/prices*.ndjson"]
                key: [sku]
                {{setting}}
                columns:
                  sku: { type: text, required: true }
                  {{column}}
                  {{another}}
            """);

    // What a run makes of a text, with a sound row beside it and without: null where it is set aside.
    async Task<string?> ReadAsync(string column, string written)
    {
        _project.Write("in/prices.csv", $"sku;{column}\nA;{written}\n").Write("in/prices.ndjson", "{\"sku\":\"Z\"}\n");
        await _project.RunAsync();
        var alone = await _project.QueryAsync($"SELECT coalesce(CAST({column} AS VARCHAR), '') FROM shop_raw.prices WHERE sku = 'A'");
        _project.Write("in/prices-2.csv", $"sku;{column}\nB;{written}\nC;\nD,E;\n\"F\nG\";\n");
        await _project.RunAsync();
        Assert.Equal(alone, await _project.QueryAsync($"SELECT coalesce(CAST({column} AS VARCHAR), '') FROM shop_raw.prices WHERE sku = 'B'"));
        return alone is [var one] ? one : null;
    }
}
