using System.Text;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>A contract that was wrong and is put right, and files of one feed that are not all written alike.</summary>
public sealed class MendedContracts : IDisposable
{
    readonly TestProject _project = new TestProject()
        .Write("project.yml", "name: small\n")
        .Write("pipelines/shop/pipeline.yml", "description: a small shop\n")
        .Write("in/orders-1.csv", "id,city\n1,Wien\n2,Köln\n");

    public void Dispose() => _project.Dispose();

    TestProject Contract(string more, string columns = "id: { type: integer, required: true }, city: { type: text }") =>
        _project.Write("pipelines/shop/feeds/files.yml", $"feeds:\n  orders:\n    files: \"in/orders*.csv\"\n    key: [id]\n{more}    columns: {{ {columns} }}\n");

    [Fact]
    public async Task A_file_that_was_refused_is_tried_again_when_its_contract_is_mended()
    {
        Contract("    delimiter: \"|\"\n");
        Assert.Equal(RunState.Rejected, (await _project.RunAsync()).State);
        Assert.Equal(["orders: orders-1.csv is left out, because it could not be read: mend the file, or its contract"], (await _project.RunAsync()).Warnings);
        Contract("");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal(["1|Wien", "2|Köln"], await _project.QueryAsync("SELECT id, city FROM shop_raw.orders ORDER BY 1"));
    }

    [Fact]
    public async Task A_file_that_was_loaded_is_never_left_out_for_a_wrong_contract()
    {
        Contract("");
        await _project.RunAsync();
        Contract("    delimiter: \"|\"\n");
        foreach (var end in new[] { ReplayEnd.Show, ReplayEnd.Publish, ReplayEnd.Publish })
        {
            var run = await _project.RunAsync(new() { FullRefresh = true, Replay = end });
            Assert.Equal(RunState.Rejected, run.State);
            Assert.Contains("It was loaded before, so the contract is to blame", run.Hint);
        }
        Assert.Equal("2", await _project.ScalarAsync("SELECT count(*) FROM shop_raw.orders"));
        Contract("");
        Assert.Equal("no difference", (await _project.RunAsync(new() { FullRefresh = true, Replay = ReplayEnd.Publish })).Message);
    }

    [Fact]
    public async Task A_look_at_a_replay_marks_no_file()
    {
        Contract("");
        await _project.RunAsync();
        _project.Write("in/orders-2.csv", "city\nGraz\n");
        await _project.RunAsync(new() { Only = new HashSet<string> { "extract" } });
        await _project.RunAsync(new() { FullRefresh = true, Replay = ReplayEnd.Show });
        Assert.Equal(RunState.Rejected, (await _project.RunAsync()).State);
        Assert.Equal("nothing changed", (await _project.RunAsync()).Message);
    }

    [Fact]
    public async Task Rows_of_an_older_contract_are_named_until_they_are_built_anew()
    {
        Contract("");
        Assert.Empty((await _project.RunAsync()).Warnings);
        Contract("", "id: { type: integer, required: true }, city: { type: text, one_of: [Wien] }");
        Assert.Contains(await WarningsAsync(), w => w.Contains("orders: its contract changed", StringComparison.Ordinal));
        _project.Write("in/orders-2.csv", "id,city\n3,Wien\n");
        Assert.Contains(await WarningsAsync(), w => w.Contains("orders: its contract changed", StringComparison.Ordinal));
        await _project.RunAsync(new() { FullRefresh = true });
        Assert.Equal(["1|Wien", "3|Wien"], await _project.QueryAsync("SELECT id, city FROM shop_raw.orders ORDER BY 1"));
        Assert.Empty(await WarningsAsync());

        async Task<IReadOnlyList<string>> WarningsAsync() => (await _project.RunAsync()).Warnings;
    }

    [Fact]
    public async Task What_a_mended_contract_lets_in_waits_in_quarantine_no_longer()
    {
        Contract("", "id: { type: integer, required: true }, city: { type: text, one_of: [Wien, Graz] }");
        Assert.Equal(RunState.Quarantined, (await _project.RunAsync()).State);
        Contract("", "id: { type: integer, required: true }, city: { type: text, length: [1, 4] }");
        await _project.RunAsync(new() { FullRefresh = true });
        Assert.Equal(["2|released"], await _project.QueryAsync("SELECT id, _status FROM shop_quarantine.orders"));
        Contract("", "id: { type: integer, required: true }, city: { type: text, length: [1, 3] }");
        await _project.RunAsync(new() { FullRefresh = true });
        Assert.Equal(["1|length|open", "2|length|open"], await _project.QueryAsync("SELECT id, _rules, _status FROM shop_quarantine.orders ORDER BY 1"));
    }

    [Fact]
    public async Task A_row_that_waits_for_its_parent_only_since_the_contract_was_mended_comes_in_with_it()
    {
        const string Columns = "id: { type: integer, required: true }, city: { type: text, references: { feed: cities, column: city, on_missing: quarantine } }";
        _project.Write("pipelines/shop/feeds/cities.yml", "feeds:\n  cities:\n    files: \"in/cities*.csv\"\n    key: [city]\n    columns: { city: { type: text, required: true } }\n").Write("in/cities.csv", "city\nWien\n");
        Contract("", Columns.Replace("text,", "text, length: [1, 3],", StringComparison.Ordinal));
        await _project.RunAsync();
        Contract("", Columns);
        await _project.RunAsync(new() { FullRefresh = true });
        Assert.Equal(["1|length|released", "2|unknown_reference|open"], await _project.QueryAsync("SELECT id, _rules, _status FROM shop_quarantine.orders ORDER BY 1"));
        _project.Write("in/cities-2.csv", "city\nKöln\n");
        await _project.RunAsync();
        Assert.Equal(["1|Wien", "2|Köln"], await _project.QueryAsync("SELECT id, city FROM shop_raw.orders ORDER BY 1"));
    }

    [Fact]
    public async Task The_header_tells_the_delimiter_of_each_file()
    {
        Contract("").Write("in/orders-2.csv", "id;city\n3;Graz, Steiermark\n").Write("in/orders-3.csv", "id\tcity\n4\tLinz\n").Write("in/orders-4.csv", "id\n5\n");
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal(["1|Wien", "2|Köln", "3|Graz, Steiermark", "4|Linz", "5|"], await _project.QueryAsync("SELECT id, city FROM shop_raw.orders ORDER BY 1"));
    }

    [Fact]
    public async Task A_feed_of_latin_1_reads_its_files_of_utf_8_as_such()
    {
        Contract("    encoding: latin-1\n").WriteBytes("in/orders-2.csv", Encoding.Latin1.GetBytes("id,city\n3,München\n"));
        Assert.Equal(RunState.Succeeded, (await _project.RunAsync()).State);
        Assert.Equal(["1|Wien", "2|Köln", "3|München"], await _project.QueryAsync("SELECT id, city FROM shop_raw.orders ORDER BY 1"));
    }
}
