using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Models;

/// <summary>What each kind of model makes of its rows, held against the same thing said in C#; and the counts it gives.</summary>
public sealed class Materializations : IDisposable
{
    readonly TestProject _project = new TestProject()
        .Write("project.yml", "name: small\n")
        .Write("pipelines/shop/pipeline.yml", "description: a small shop\n")
        .Write("pipelines/shop/feeds/files.yml", "feeds:\n  things:\n    files: in/things.csv\n    key: [id]\n    columns: { id: integer, open: boolean, day: date, amount: integer }\n");

    public void Dispose() => _project.Dispose();

    sealed record Thing(int Id, bool Open, int Day, int Amount)
    {
        public string Date => $"2030-01-{Day:00}";
    }

    // A source that changes at random: rows come, go on and off, and are changed; base tables keep what a file leaves out, so every row stays in the file.
    static IEnumerable<List<Thing>> Changing(int seed, int steps)
    {
        var dice = new Random(seed);
        SortedDictionary<int, Thing> rows = [];
        for (var step = 0; step < steps; step++)
        {
            for (var n = dice.Next(6); n >= 0; n--)
                rows[dice.Next(12)] = new(0, dice.Next(3) > 0, dice.Next(1, 6), dice.Next(4));
            yield return [.. rows.Select(r => r.Value with { Id = r.Key })];
        }
    }

    void Land(IEnumerable<Thing> things) =>
        _project.Write("in/things.csv", "id,open,day,amount\n" + string.Concat(things.Select(t => $"{t.Id},{t.Open.ToString().ToLowerInvariant()},{t.Date},{t.Amount}\n")));

    async Task<TaskResult?> BuildAsync(string model, RunRequest? request = null)
    {
        var run = await _project.RunAsync(request);
        Assert.True(run.State == RunState.Succeeded, run.Message);
        return run.Tasks.FirstOrDefault(t => t.Kind == "build" && t.Name == model && t.State == RunState.Succeeded);
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task Merge_inserts_and_updates_by_key_and_lets_the_rest_be(int seed)
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: merge\nkey: id\n--- */\nselect id, amount from things where open");
        SortedDictionary<int, int> expected = [];
        foreach (var things in Changing(seed, 5))
        {
            var chosen = things.Where(t => t.Open).ToList();
            var (inserted, updated) = (chosen.Count(t => !expected.ContainsKey(t.Id)), chosen.Count(t => expected.TryGetValue(t.Id, out var was) && was != t.Amount));
            foreach (var thing in chosen)
                expected[thing.Id] = thing.Amount;
            Land(things);

            var built = await BuildAsync("m");

            Assert.Equal(expected.Select(e => $"{e.Key}|{e.Value}"), await _project.QueryAsync("SELECT id, amount FROM shop.m ORDER BY id"));
            Assert.Equal((inserted, updated, 0L), (built?.Inserted ?? 0, built?.Updated ?? 0, built?.Deleted ?? 0));
            Assert.Equal(expected.Count - inserted - updated, built?.Unchanged ?? expected.Count);
        }
    }

    [Theory, InlineData(3), InlineData(4)]
    public async Task Table_holds_exactly_its_rows_and_touches_only_those_that_differ(int seed)
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkey: id\n--- */\nselect id, amount from things where open");
        Dictionary<int, int> before = [];
        foreach (var things in Changing(seed, 5))
        {
            var now = things.Where(t => t.Open).ToDictionary(t => t.Id, t => t.Amount);
            Land(things);

            var built = await BuildAsync("m");

            Assert.Equal(now.OrderBy(e => e.Key).Select(e => $"{e.Key}|{e.Value}"), await _project.QueryAsync("SELECT id, amount FROM shop.m ORDER BY id"));
            Assert.Equal(
                (now.Keys.Except(before.Keys).Count(), now.Count(e => before.TryGetValue(e.Key, out var was) && was != e.Value), before.Keys.Except(now.Keys).Count()),
                ((int)(built?.Inserted ?? 0), (int)(built?.Updated ?? 0), (int)(built?.Deleted ?? 0)));
            before = now;
        }
    }

    // Days in any order, some twice: each brings its rows once, as they were then.
    [Theory, InlineData(5), InlineData(6)]
    public async Task Append_adds_the_rows_of_each_interval_once(int seed)
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: append\n--- */\nselect id, day, amount from things where day >= {{ start }} and day < {{ end }}");
        Dictionary<int, List<string>> expected = [];
        foreach (var (things, day) in Changing(seed, 6).Zip(Days(seed, 6)))
        {
            Land(things);
            var rows = things.Where(t => t.Day == day).Select(t => $"{t.Id}|{t.Date}|{t.Amount}").ToList();

            var built = await BuildAsync("m", Day(day));

            Assert.Equal(expected.ContainsKey(day) ? 0 : rows.Count, built?.Inserted);
            if (rows.Count > 0)
                expected.TryAdd(day, rows);
            Assert.Equal(expected.Values.SelectMany(r => r).Order(), (await _project.QueryAsync("SELECT id, CAST(day AS VARCHAR), amount FROM shop.m")).Order());
        }
    }

    [Theory]
    [InlineData(1, 2, null), InlineData(1, 3, null), InlineData(2, 5, null)] // of what it has: nothing to add
    [InlineData(5, 7, null)]
    [InlineData(1, 6, "--from 2030-01-05T00:00:00Z --to 2030-01-06T00:00:00Z")]
    [InlineData(4, 9, "--from 2030-01-05T00:00:00Z --to 2030-01-09T00:00:00Z")]
    public async Task Append_refuses_an_interval_of_which_it_has_a_part(int from, int to, string? rest)
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: append\n--- */\nselect id, day from things where day >= {{ start }} and day < {{ end }}");
        Land(Enumerable.Range(1, 8).Select(d => new Thing(d, true, d, 1)));
        await BuildAsync("m", Span(1, 3));
        await BuildAsync("m", Span(3, 5));

        var run = await _project.RunAsync(Span(from, to));

        var added = rest is null && from >= 5 ? Enumerable.Range(from, to - from) : [];
        Assert.Equal(Enumerable.Range(1, 4).Concat(added).Select(d => $"{d}"), await _project.QueryAsync("SELECT id FROM shop.m ORDER BY id"));
        Assert.Equal(rest is null ? RunState.Succeeded : RunState.Rejected, run.State);
        if (rest is not null)
            Assert.Contains($"cartage run shop.* {rest}.", run.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_refuses_an_interval_that_begins_before_what_it_has()
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: append\n--- */\nselect id, day from things where day >= {{ start }} and day < {{ end }}");
        Land(Enumerable.Range(1, 8).Select(d => new Thing(d, true, d, 1)));
        await BuildAsync("m", Day(3));

        var run = await _project.RunAsync(Span(1, 5));

        Assert.Equal(RunState.Rejected, run.State);
        Assert.StartsWith("pipelines/shop/models/m.sql: the model 'm' holds the rows of [2030-01-03T00:00:00Z, 2030-01-04T00:00:00Z)", run.Message, StringComparison.Ordinal);
        await BuildAsync("m", Span(1, 3));
        Assert.Equal(["1", "2", "3"], await _project.QueryAsync("SELECT id FROM shop.m ORDER BY id"));
    }

    [Fact]
    public async Task Append_holds_what_a_version_wrote_that_did_not_say_where_an_interval_ends()
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: append\n--- */\nselect id, day from things where day >= {{ start }} and day < {{ end }}");
        Land(Enumerable.Range(1, 8).Select(d => new Thing(d, true, d, 1)));
        await BuildAsync("m", Day(2));
        await BuildAsync("m", Day(3));
        await _project.QueryAsync("ALTER TABLE shop.m DROP COLUMN _interval_end");

        await BuildAsync("m", Day(3));
        Assert.Equal(RunState.Rejected, (await _project.RunAsync(Span(1, 4))).State);
        await BuildAsync("m", Day(4));

        Assert.Equal(["2", "3", "4"], await _project.QueryAsync("SELECT id FROM shop.m ORDER BY id"));
    }

    // A replay rebuilds what can be told again and takes no time that a later run is to cover.
    [Fact]
    public async Task Append_holds_the_same_after_a_replay_and_goes_on_after_it()
    {
        _project.Write("pipelines/shop/pipeline.yml", "start: 2030-01-01\n").Write("pipelines/shop/models/m.sql", "/* ---\nkind: append\n--- */\nselect id, day from things where day >= {{ start }} and day < {{ end }}")
            .Write("pipelines/shop/models/all.sql", "select count(*) as n from things");
        Land(Enumerable.Range(1, 8).Select(d => new Thing(d, true, d, 1)));
        await BuildAsync("m", Span(1, 3));
        await BuildAsync("m", Span(3, 5));

        var replayed = await _project.RunAsync(new() { FullRefresh = true, Only = new HashSet<string> { "load", "build", "check" }, Replay = ReplayEnd.Publish });
        Assert.True(replayed.State == RunState.Succeeded, replayed.Message);
        Assert.Equal(new DateTimeOffset(2030, 1, 5, 0, 0, 0, TimeSpan.Zero), replayed.Interval.End);

        await BuildAsync("m", new() { To = new(2030, 1, 7, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal(["1", "2", "3", "4", "5", "6"], await _project.QueryAsync("SELECT id FROM shop.m ORDER BY id"));
    }

    // Days in any order while the source changes: each day's rows are those of the last time it was built, whatever became of them since.
    [Theory, InlineData(7), InlineData(8)]
    public async Task Interval_replaces_the_rows_of_its_interval_and_no_others(int seed)
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: interval\ntime: day\n--- */\nselect id, day, amount from things");
        Dictionary<int, List<string>> expected = [];
        foreach (var (things, day) in Changing(seed, 6).Zip(Days(seed, 6)))
        {
            Land(things);
            expected[day] = [.. things.Where(t => t.Day == day).Select(t => $"{t.Id}|{t.Date}|{t.Amount}")];

            await BuildAsync("m", Day(day));

            Assert.Equal(expected.Values.SelectMany(r => r).Order(), (await _project.QueryAsync("SELECT id, CAST(day AS VARCHAR), amount FROM shop.m")).Order());
        }
    }

    [Theory, InlineData("append"), InlineData("interval\ntime: day")]
    public async Task Another_interval_is_built_though_no_file_changed(string kind)
    {
        _project.Write("pipelines/shop/models/m.sql", $"/* ---\nkind: {kind}\n--- */\nselect id, day from things where day >= {{{{ start }}}} and day < {{{{ end }}}}");
        Land([new(1, true, 1, 1), new(2, true, 2, 1), new(3, true, 3, 1)]);

        foreach (var day in new[] { 1, 3, 2, 3 })
            await BuildAsync("m", Day(day));

        Assert.Equal(["1", "2", "3"], await _project.QueryAsync("SELECT id FROM shop.m ORDER BY id"));
        Assert.Equal("nothing changed", (await _project.RunAsync()).Message);
    }

    [Theory, InlineData("append"), InlineData("interval\ntime: day")]
    public async Task A_full_refresh_keeps_what_other_intervals_brought(string kind)
    {
        _project.Write("pipelines/shop/models/m.sql", $"/* ---\nkind: {kind}\n--- */\nselect id, day from things where day >= {{{{ start }}}} and day < {{{{ end }}}}");
        Land([new(1, true, 1, 1), new(2, true, 2, 1)]);
        await BuildAsync("m", Day(1));

        await BuildAsync("m", Day(2) with { FullRefresh = true });

        Assert.Equal(["1", "2"], await _project.QueryAsync("SELECT id FROM shop.m ORDER BY id"));
    }

    [Theory, InlineData("table"), InlineData("merge")]
    public async Task A_key_of_fewer_columns_leaves_nothing_twice(string kind)
    {
        string Model(string key, string rows) => $"/* ---\nkind: {kind}\nkey: {key}\n--- */\nselect {rows} from things";
        Land([new(1, true, 1, 1), new(1, true, 2, 2), new(2, true, 1, 3)]);
        _project.Write("pipelines/shop/feeds/files.yml", "feeds:\n  things:\n    files: in/things.csv\n    key: [id, day]\n    columns: { id: integer, open: boolean, day: date, amount: integer }\n");
        _project.Write("pipelines/shop/models/m.sql", Model("[id, day]", "id, day, amount"));
        await BuildAsync("m");

        _project.Write("pipelines/shop/models/m.sql", Model("id", "id, max(day) as day, max(amount) as amount") + " group by id");
        var run = await _project.RunAsync();

        if (kind == "table")
            Assert.Equal(["1|2", "2|3"], await _project.QueryAsync("SELECT id, amount FROM shop.m ORDER BY ALL"));
        else
        {
            Assert.Equal((RunState.Failed, true), (run.State, run.Message!.Contains("holds rows that its key (id) does not tell apart: 1", StringComparison.Ordinal)));
            Assert.Equal(["1|1", "1|2", "2|3"], await _project.QueryAsync("SELECT id, amount FROM shop.m ORDER BY ALL"));
        }
    }

    [Theory, InlineData("append"), InlineData("interval\ntime: day")]
    public async Task A_column_may_be_added(string kind)
    {
        Land([new(1, true, 1, 5), new(2, true, 2, 6)]);
        _project.Write("pipelines/shop/models/m.sql", $"/* ---\nkind: {kind}\n--- */\nselect id, day from things where day >= {{{{ start }}}} and day < {{{{ end }}}}");
        await BuildAsync("m", Day(1));
        _project.Write("pipelines/shop/models/m.sql", $"/* ---\nkind: {kind}\n--- */\nselect amount, id, day from things where day >= {{{{ start }}}} and day < {{{{ end }}}}");

        await BuildAsync("m", Day(2));

        Assert.Equal(["1|", "2|6"], await _project.QueryAsync("SELECT id, amount FROM shop.m ORDER BY id"));
    }

    // No key is equal to one of which a part is missing.
    [Theory, InlineData("merge", "k"), InlineData("merge", "[id, k]"), InlineData("table", "k"), InlineData("table", "[id, k]")]
    public async Task A_row_without_a_key_is_there_once(string kind, string key)
    {
        _project.Write("pipelines/shop/models/m.sql", $"/* ---\nkind: {kind}\nkey: {key}\n--- */\nselect id, nullif(amount, 9) as k, day from things");
        for (var day = 1; day <= 4; day++)
        {
            Land([new(1, true, 1, 1), new(2, true, day, 9)]);

            var built = await BuildAsync("m");

            Assert.Equal(["1|1|1", $"2||{day}"], await _project.QueryAsync("SELECT id, k, day(day) FROM shop.m ORDER BY id"));
            if (kind == "merge" && day > 1)
                Assert.Equal((0L, 1L, 1L), (built!.Inserted, built.Updated, built.Unchanged));
        }
    }

    // Whatever characters they hold, such as those that others use between values.
    [Fact]
    public async Task Rows_that_differ_are_not_the_same_when_strung_together()
    {
        _project.Write("pipelines/shop/feeds/texts.yml", "feeds:\n  texts:\n    files: in/texts.csv\n    key: [id]\n    columns: { id: integer, a: text, b: text }\n").Write("pipelines/shop/models/m.sql", "select id, a, b from texts");
        Land([]);
        foreach (var rows in new[] { "1,x\u001fy,z\n2,\u001e,q\n3,1:x,\n", "1,x,y\u001fz\n2,,q\n3,,1:x\n" })
        {
            _project.Write("in/texts.csv", "id,a,b\n" + rows);
            await BuildAsync("m");
            Assert.Equal(rows.Split('\n')[..^1], await _project.QueryAsync("SELECT concat_ws(',', id, coalesce(a, ''), coalesce(b, '')) FROM shop.m ORDER BY id"));
        }
    }

    // Whoever runs by hand, or after what just came in, does not wait for the next second.
    [Fact]
    public async Task Runs_within_one_second_are_of_an_interval_each()
    {
        _project.Write("pipelines/shop/models/added.sql", "/* ---\nkind: append\n--- */\nselect amount from things")
            .Write("pipelines/shop/models/window.sql", "/* ---\nkind: append\n--- */\nselect {{ start }} as since, {{ end }} as until")
            .Write("pipelines/shop/models/versions.sql", "/* ---\nkind: scd2\nkey: id\nsurrogate: k\n--- */\nselect id, amount from things");
        for (var n = 1; n <= 5; n++)
        {
            Land([new(1, true, 1, n)]);
            await BuildAtAsync($"2030-01-01T12:00:00.{n}00001Z");
        }

        Assert.Equal(["1", "2", "3", "4", "5"], await _project.QueryAsync("SELECT amount FROM shop.added ORDER BY 1"));
        Assert.Equal("5|4", await _project.ScalarAsync("SELECT count(*), count(*) FILTER (since = before) FROM (SELECT since, lag(until) OVER (ORDER BY until) AS before FROM shop.window)"));
        Assert.Equal(["1|", "2|200001", "3|300001", "4|400001", "5|500001"], await _project.QueryAsync("SELECT amount, CASE WHEN year(valid_from) = 2030 THEN microsecond(valid_from) END FROM shop.versions WHERE id = 1 ORDER BY valid_from"));
    }

    // Between two ticks of a schedule every run by hand is of the same interval.
    [Fact]
    public async Task Of_versions_observed_for_the_same_instant_the_last_holds()
    {
        _project.Write("pipelines/shop/models/m.sql", "/* ---\nkind: scd2\nkey: id\nsurrogate: k\n--- */\nselect id, amount, _object, _record from things");
        for (var n = 1; n <= 6; n++)
        {
            Land([new(1, true, 1, n)]);
            await BuildAsync("m", Day(1));
            Assert.Equal(n == 1 ? ["1"] : ["1", $"{n}"], await _project.QueryAsync("SELECT amount FROM shop.m WHERE id = 1 ORDER BY valid_from"));
        }
    }

    async Task BuildAtAsync(string at)
    {
        await using var workspace = await _project.OpenAsync(given: new FakeClock(at));
        var run = Assert.Single(await workspace.RunAsync(await workspace.PlanAsync(new(), TestContext.Current.CancellationToken), new(), null, TestContext.Current.CancellationToken));
        Assert.True(run.State == RunState.Succeeded, run.Message);
    }

    static IEnumerable<int> Days(int seed, int count)
    {
        var dice = new Random(seed);
        for (var n = 0; n < count; n++)
            yield return dice.Next(1, 6);
    }

    static RunRequest Day(int day) => Span(day, day + 1);

    static RunRequest Span(int from, int to) => new() { From = new(2030, 1, from, 0, 0, 0, TimeSpan.Zero), To = new(2030, 1, to, 0, 0, 0, TimeSpan.Zero) };
}
