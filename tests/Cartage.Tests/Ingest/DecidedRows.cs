using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>What people decided about rows in quarantine holds when everything is loaded anew.</summary>
public sealed class DecidedRows : IDisposable
{
    readonly TestProject _project = new TestProject().Write("project.yml", "name: small\n").Write("pipelines/shop/pipeline.yml", "owner: ann\n");

    public void Dispose() => _project.Dispose();

    void Feed(string name, string columns, string more = "key: [id]") => _project.Write($"pipelines/shop/feeds/{name}.yml", $"feeds:\n  {name}:\n    files: in/{name}*.csv\n    {more}\n    columns: {{ {columns} }}\n");

    async Task<RunResult> RunAsync(bool refresh = false)
    {
        var run = await _project.RunAsync(new() { FullRefresh = refresh });
        Assert.True(run.State is RunState.Succeeded or RunState.Quarantined, run.Message);
        Assert.All(run.Equations, e => Assert.True(e.Holds, e.ToString()));
        return run;
    }

    [Theory, InlineData("key: [id]"), InlineData("severity: quarantine")]
    public async Task A_mended_row_stands_in_for_its_record_where_a_parent_was_missing(string more)
    {
        Feed("p", "pid: integer", "key: [pid]");
        Feed("t", "id: integer, pid: { type: integer, references: { feed: p, column: pid } }", more);
        _project.Write("in/p.csv", "pid\n1\n").Write("in/t.csv", "id,pid\n1,1\n2,99\n3,1\n");
        await RunAsync();
        Assert.Equal(0, (await Cli.Typed.InAsync(_project.Root, "quarantine", "fix", "t", "--set", "pid=1")).Code);
        await Cli.Typed.InAsync(_project.Root, "quarantine", "release", "t");
        for (var n = 0; n < 4; n++)
        {
            Assert.Equal(["1|1", "2|1", "3|1"], await _project.QueryAsync("SELECT id, pid FROM shop_raw.t ORDER BY 1"));
            Assert.Equal(["released"], await _project.QueryAsync("SELECT _status FROM shop_quarantine.t"));
            if (n == 2)
                _project.Write("in/p-2.csv", "pid\n5\n");
            await RunAsync(n is 0 or 3);
        }
    }

    [Fact]
    public async Task A_mended_row_stands_in_for_its_record_though_the_rule_is_gone()
    {
        Feed("t", "id: integer, v: { type: integer, range: [0, 9] }");
        _project.Write("in/t.csv", "id,v\n1,1\n2,-5\n3,1\n");
        await RunAsync();
        Assert.Equal(0, (await Cli.Typed.InAsync(_project.Root, "quarantine", "fix", "t", "--set", "v=5")).Code);
        await Cli.Typed.InAsync(_project.Root, "quarantine", "release", "t");
        Feed("t", "id: integer, v: integer");
        await RunAsync(refresh: true);
        Assert.Equal(["1|1", "2|5", "3|1"], await _project.QueryAsync("SELECT id, v FROM shop_raw.t ORDER BY 1"));
    }

    [Fact]
    public async Task A_discarded_row_stays_out_though_its_parent_came()
    {
        Feed("p", "pid: integer", "key: [pid]");
        Feed("t", "id: integer, pid: { type: integer, references: { feed: p, column: pid } }");
        _project.Write("in/p.csv", "pid\n1\n").Write("in/t.csv", "id,pid\n1,1\n2,99\n3,1\n");
        await RunAsync();
        Assert.Equal(0, (await Cli.Typed.InAsync(_project.Root, "quarantine", "discard", "t")).Code);
        _project.Write("in/p-2.csv", "pid\n99\n");
        await RunAsync();
        Assert.Equal(["1|1", "3|1"], await _project.QueryAsync("SELECT id, pid FROM shop_raw.t ORDER BY 1"));
        await RunAsync(refresh: true);
        Assert.Equal(["1|1", "3|1"], await _project.QueryAsync("SELECT id, pid FROM shop_raw.t ORDER BY 1"));
    }
}
