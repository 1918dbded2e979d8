using System.Globalization;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>Numbers and dates as shops write them, and what must not be taken for one.</summary>
public sealed class Notations : IDisposable
{
    readonly TestProject _project = new TestProject().Write("project.yml", "name: prices\n").Write("pipelines/shop/pipeline.yml", "description: prices\n");

    public void Dispose() => _project.Dispose();

    // What each text is read as under a contract; none where it is set aside.
    static readonly Written[] All =
    [
        new("decimal: \",\"", "x: \"decimal(12,2)\"", [("1.234.567,89", "1234567.89"), ("1234,5", "1234.50"), ("-0,5", "-0.50"), ("1 234,5", "1234.50"), ("1\u00a0234", "1234.00"), ("1.234", "1234.00"), ("", "")], ["12.5", "1,234.50", "1.23,50", "12,5 EUR", "1,2,3"]),
        new("decimal: \".\"", "x: \"decimal(12,2)\"", [("1,234,567.89", "1234567.89"), ("1'234.5", "1234.50")], ["12,5"]),
        new("", "x: \"decimal(12,2)\"", [("1234.5", "1234.50")], ["1,5", "1,234.50"]),
        new("", "x: { type: date, format: dd.MM.yyyy }", [("31.03.2026", "2026-03-31"), ("1.3.2026", "2026-03-01"), ("2026-03-31", "2026-03-31")], ["31.02.2026", "31.03.26", "03/31/2026", "31.03.2026 10:00"]),
        new("", "x: { type: date, format: dd/MM/yyyy }", [("01/12/2026", "2026-12-01")], ["12/31/2026"]),
        new("", "x: { type: date, format: MM/dd/yyyy }", [("03/31/2026", "2026-03-31")], ["31/03/2026"]),
        new("", "x: { type: date, format: yyyyMMdd }", [("20260331", "2026-03-31")], ["20260231"]),
        new("", "x: { type: date, format: d MMM yy }", [("31 Mar 26", "2026-03-31")], ["31 Foo 26"]),
        new("", "x: { type: date, format: \"MMMM d, yyyy\" }", [("March 31, 2026", "2026-03-31")], ["March 32, 2026"]),
        new("", "x: { type: timestamp, format: \"dd.MM.yyyy HH:mm\" }", [("31.03.2026 14:05", "2026-03-31 14:05:00")], ["31.03.2026 24:05"]),
        new("", "x: { type: timestamp, format: \"dd.MM.yyyy 'um' H:mm 'Uhr'\" }", [("31.03.2026 um 9:05 Uhr", "2026-03-31 09:05:00")], ["31.03.2026 9:05"]),
        new("", "x: { type: timestamp, format: \"yyyy-MM-dd'T'HH:mm:ss.fff\" }", [("2026-03-31T14:05:06.789", "2026-03-31 14:05:06.789")], ["soon"]),
        new("", "x: { type: timestamptz, format: \"dd.MM.yyyy HH:mm zzz\" }", [("31.03.2026 14:05 +02:00", "2026-03-31 12:05:00+00")], ["31.03.2026 14:05 MEZ"]),
        new("", "x: { type: time, format: \"h:mm tt\" }", [("3:07 PM", "15:07:00")], ["13:07 PM"]),
        new("", "x: integer", [("12.0", "12"), ("12", "12"), ("2147483647", "2147483647")], ["12.5", "0.4", "nan", "2147483648"]),
        new("", "x: smallint", [("-32768", "-32768")], ["1.5", "32768"]),
        new("", "x: bigint", [("9007199254740993", "9007199254740993"), ("-9223372036854775808", "-9223372036854775808")], ["1.5"]),
    ];

    [Fact]
    public async Task Each_is_read_as_what_it_says_alone_and_beside_what_is_none()
    {
        _project.Write("pipelines/shop/feeds/all.yml", "feeds:\n" + string.Concat(All.Select((w, i) => $"  f{i}:\n    files: [\"in/{i}-*.csv\", \"in/{i}-*.ndjson\"]\n    key: [id]\n    {w.Setting}\n    columns:\n      id: {{ type: text, required: true }}\n      {w.Column}\n")));
        foreach (var (w, i) in All.Select((w, i) => (w, i)))
        {
            _project.Write($"in/{i}-sound.csv", "id;x\n" + string.Concat(w.Sound.Select((x, n) => $"sound {n};{x.Text}\n")));
            foreach (var (text, n) in w.None.Select((x, n) => (x, n)))
                _project.Write($"in/{i}-alone{n}.csv", $"id;x\nnone alone {n};{text}\n");
            _project.Write($"in/{i}-mixed.csv", "id;x\n" + string.Concat(w.Sound.Select((x, n) => $"mixed {n};{x.Text}\n").Concat(w.None.Select((x, n) => $"none {n};{x}\n"))) + "broken\n");
            _project.Write($"in/{i}-json.ndjson", w.Setting.Length > 0 ? "{\"id\":\"json\"}\n" : string.Concat(w.Sound.Select((x, n) => $"{{\"id\":\"json {n}\",\"x\":\"{x.Text}\"}}\n").Concat(w.None.Select((x, n) => $"{{\"id\":\"none {n}\",\"x\":\"{x}\"}}\n"))));
        }
        var run = await _project.RunAsync();
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        foreach (var (w, i) in All.Select((w, i) => (w, i)))
            foreach (var kind in w.Setting.Length > 0 ? new[] { "sound", "mixed" } : ["sound", "mixed", "json"])
                Assert.Equal([.. w.Sound.Select(x => $"{w.Column} {x.Value}")], await _project.QueryAsync($"SELECT '{w.Column.Replace("'", "''")} ' || coalesce(CAST(x AS VARCHAR), '') FROM shop_raw.f{i} WHERE id LIKE '{kind} %' ORDER BY id"));
        Assert.Equal("0", await _project.ScalarAsync(string.Join(" UNION ALL ", All.Select((_, i) => $"SELECT id FROM shop_raw.f{i} WHERE id LIKE 'none%'")) is var none ? $"SELECT count(*) FROM ({none})" : ""));
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

    sealed record Written(string Setting, string Column, (string Text, string Value)[] Sound, string[] None);
}
