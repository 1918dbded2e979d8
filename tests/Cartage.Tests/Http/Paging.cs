using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>Every way that pages follow one another, and where they end.</summary>
public sealed class Paging
{
    [Fact]
    public Task By_number_until_an_empty_page() =>
        ExpectAsync("pages: { by: page }\nrows: data.items", a => new($$"""{"data": {"items": {{ApiShop.Things(10 * ApiShop.Number(a, "page") - 9, 10, 25)}} } }"""), 25, "/things?page=1", "/things?page=2", "/things?page=3", "/things?page=4");

    [Fact]
    public Task By_number_until_the_last_one_that_the_answer_names() =>
        ExpectAsync("pages: { by: page, param: p, from: 0, last: meta.last }\nrows: items", a => new($$"""{"meta": {"last": 2}, "items": {{ApiShop.Things(10 * ApiShop.Number(a, "p") + 1, 10)}}}"""), 30, "/things?p=0", "/things?p=1", "/things?p=2");

    [Fact]
    public Task By_number_no_further_than_max_pages() =>
        ExpectAsync("pages: { max_pages: 3 }", a => new(ApiShop.Things(10 * ApiShop.Number(a, "page"), 10)), 30, "/things?page=1", "/things?page=2", "/things?page=3");

    [Fact]
    public Task By_number_ends_where_the_last_page_comes_again_and_again() =>
        ExpectAsync("pages: { by: page }", a => new(ApiShop.Things(10 * Math.Min(ApiShop.Number(a, "page"), 3), 10)), 30, "/things?page=1", "/things?page=2", "/things?page=3", "/things?page=4");

    [Fact]
    public Task By_offset() =>
        ExpectAsync("pages: { by: offset, size: 10, size_param: limit }", a => new(ApiShop.Things(ApiShop.Number(a, "offset") + 1, 10, 25)), 25, "/things?limit=10&offset=0", "/things?limit=10&offset=10", "/things?limit=10&offset=20", "/things?limit=10&offset=25");

    [Fact]
    public Task By_a_cursor_in_the_body() =>
        ExpectAsync("pages: { by: cursor, param: after, at: meta.next }\nrows: items", a => a.Query.GetValueOrDefault("after") switch
        {
            null => new($$"""{"meta": {"next": "x y"}, "items": {{ApiShop.Things(1, 2)}}}"""),
            "x y" => new("""{"meta": {"next": "z&"}, "items": []}"""),
            _ => new($$"""{"meta": {"next": null}, "items": {{ApiShop.Things(3, 2)}}}"""),
        }, 4, "/things", "/things?after=x%20y", "/things?after=z%26");

    [Fact]
    public Task By_the_Link_header() =>
        ExpectAsync("pages: { by: link }\nparams: { sort: id }", a => ApiShop.Number(a, "p") is var p && p < 2
            ? new(ApiShop.Things(p * 2 + 1, 2)) { Headers = new() { ["Link"] = $"</first>; rel=\"first\", </things?p={p + 1}&sort=id>; title=\"a, b\"; rel=\"next\"" } }
            : new(ApiShop.Things(5, 2)), 6, "/things?sort=id", "/things?p=1&sort=id", "/things?p=2&sort=id");

    [Fact]
    public Task By_the_next_address() =>
        ExpectAsync("pages: { by: next, at: next }\nrows: [nothing.here, items]", a => new($$"""{"next": {{(a.Path == "/things" ? "\"/more/2\"" : "null")}}, "items": {{ApiShop.Things(a.Path == "/things" ? 1 : 3, 2)}}}"""), 4, "/things", "/more/2");

    [Fact]
    public async Task A_next_address_whose_path_begins_with_two_slashes_is_no_host()
    {
        await using var api = new TestApi(a => new($$"""{"next": {{(a.Path == "/things" ? $"\"http://{a.Headers["Host"]}//elsewhere.invalid/2\"" : "null")}}, "items": {{ApiShop.Things(a.Path == "/things" ? 1 : 3, 2)}}}"""));
        await ExpectAsync(api, "pages: { by: next, at: next }\nrows: items", "attempts: 1", 4, "/things", "//elsewhere.invalid/2");
    }

    [Fact]
    public async Task A_value_that_stands_under_headers_is_no_key_in_the_next_address()
    {
        await using var api = new TestApi(a => new($$"""{"next": {{(a.Query.ContainsKey("since") ? "null" : "\"/things?since=2024-01-01&limit=2024&key=4711-hush\"")}}, "items": {{ApiShop.Things(a.Query.ContainsKey("since") ? 3 : 1, 2)}}}"""));
        await ExpectAsync(api, "pages: { by: next, at: next }\nrows: items", "headers: { api-version: \"2024\", x-key: \"${CARTAGE_TEST_NO_SUCH_KEY:-4711-hush}\" }", 4, "/things", "/things?since=2024-01-01&limit=2024");
    }

    [Fact]
    public async Task An_endpoint_with_a_colon_is_below_the_address_of_the_connection()
    {
        await using var api = new TestApi(_ => new(ApiShop.Things(1, 2)));
        using var project = ApiShop.Create(api.Url + "/v1", "", "attempts: 1");
        project.Write("pipelines/shop/feeds/api.yml", "connection: api\nfeeds:\n  things:\n    get: /things:search\n    key: [id]\n");

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(["/v1/things:search"], api.Paths);
    }

    [Fact]
    public Task Without_pages_there_is_one_answer() => ExpectAsync("", _ => new(ApiShop.Things(1, 3)), 3, "/things");

    [Fact]
    public Task An_answer_that_is_one_thing_is_a_row() => ExpectAsync("rows: data", _ => new("""{"data": {"id": 7, "name": "alone"}}"""), 1, "/things");

    [Fact]
    public async Task A_cursor_that_does_not_move_is_an_error_and_no_endless_loop()
    {
        await using var api = new TestApi(_ => new("""{"next": "same", "items": [{"id": 1}]}"""));
        using var project = ApiShop.Create(api.Url, "pages: { by: cursor, at: next }\nrows: items");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("does not come to an end", run.Message, StringComparison.Ordinal);
        Assert.Equal(2, api.Asked.Count);
    }

    [Fact]
    public async Task For_every_value_and_every_other_with_the_values_as_columns()
    {
        await using var api = new TestApi(a => new(ApiShop.Number(a, "page") == 1 ? $$"""[{"id": {{(a.Query["country"] == "US" ? 1 : 2)}}, "name": "{{a.Query["seller"]}}"}]""" : "[]"));
        using var project = ApiShop.Create(api.Url, "pages: { by: page }\neach: { seller: \"${var:sellers}\", country: [US, DE] }\nadd: { day: \"{{ end:yyyy-MM-dd }}\" }").Write("project.yml", $"name: asks\nvariables: {{ sellers: \"A, B\" }}\nconnections: {{ api: {{ type: http, url: \"{api.Url}\" }} }}\n");
        project.Write("pipelines/shop/feeds/api.yml", File.ReadAllText(Path.Combine(project.Root, "pipelines/shop/feeds/api.yml")).Replace("key: [id]", "key: [seller, country, id, day]").Replace("name: text }", "name: text, seller: text, country: text, day: date }"));

        var run = await project.RunAsync(new() { To = new(2024, 5, 6, 0, 0, 0, TimeSpan.Zero) });

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(["A|DE|2|A|2024-05-06", "A|US|1|A|2024-05-06", "B|DE|2|B|2024-05-06", "B|US|1|B|2024-05-06"], await project.QueryAsync("SELECT seller, country, id, name, CAST(day AS VARCHAR) FROM shop_raw.things ORDER BY ALL"));
        Assert.Equal(8, api.Asked.Count);
    }

    [Fact]
    public async Task What_has_landed_today_is_not_asked_for_again_and_tomorrow_it_is()
    {
        await using var api = new TestApi(a => new(ApiShop.Things(10 * ApiShop.Number(a, "page") - 9, 10, 15)));
        using var project = ApiShop.Create(api.Url, "pages: { by: page }");
        await project.RunAsync(new() { To = new(2024, 5, 6, 3, 0, 0, TimeSpan.Zero) });
        Assert.Equal(3, api.Asked.Count);

        await project.RunAsync(new() { To = new(2024, 5, 6, 9, 0, 0, TimeSpan.Zero) });
        Assert.Equal(3, api.Asked.Count);

        await project.RunAsync(new() { To = new(2024, 5, 7, 3, 0, 0, TimeSpan.Zero) });
        Assert.Equal(6, api.Asked.Count);
        Assert.Equal("15", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
    }

    [Fact]
    public async Task An_incremental_feed_goes_on_from_its_last_page()
    {
        var all = 15;
        await using var api = new TestApi(a => new(ApiShop.Things(10 * ApiShop.Number(a, "page") - 9, 10, all)));
        using var project = ApiShop.Create(api.Url, "pages: { by: page }\nread: incremental");
        await project.RunAsync();
        all = 27;

        var run = await project.RunAsync();

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal("27", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
        Assert.Equal(["/things?page=1", "/things?page=2", "/things?page=3", "/things?page=2", "/things?page=3", "/things?page=4"], api.Paths);
    }

    [Fact]
    public async Task A_feed_fed_by_anothers_rows_asks_once_for_each()
    {
        await using var api = new TestApi(a => a.Path == "/things" ? new(ApiShop.Things(10 * ApiShop.Number(a, "page") - 9, 10, 12)) : a.Path == "/codes/7" ? new("gone", 404) : new($$"""{"codes": [{"code": "c{{a.Path[7..]}}"}, {"code": "d"}]}"""));
        using var project = ApiShop.Create(api.Url, "pages: { by: page }", after: "codes:\n  get: \"/codes/{{ each.id }}\"\n  each_of: { feed: things, columns: [id] }\n  read: incremental\n  rows: codes\n  not_found: empty\n  key: [id, code]\n  columns: { id: integer, code: text }");

        var run = await project.RunAsync(new() { To = new(2024, 5, 6, 0, 0, 0, TimeSpan.Zero) });

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal("22|11", await project.ScalarAsync("SELECT count(*), count(DISTINCT id) FROM shop_raw.codes"));
        Assert.Equal(12, api.Paths.Count(p => p.StartsWith("/codes/", StringComparison.Ordinal)));

        await project.RunAsync(new() { To = new(2024, 5, 7, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal(12, api.Paths.Count(p => p.StartsWith("/codes/", StringComparison.Ordinal)));
        Assert.Equal(6, api.Paths.Count(p => p.StartsWith("/things", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task It_goes_on_with_the_first_row_that_was_not_asked_for()
    {
        var works = false;
        await using var api = new TestApi(a => a.Path == "/things" ? new(ApiShop.Things(1, 9)) : a.Path == "/codes/5" && !works ? new("", 403) : new("""["a", "b", 3]"""));
        using var project = ApiShop.Create(api.Url, "", after: "codes:\n  get: \"/codes/{{ each.id }}\"\n  each_of: { feed: things, columns: [id] }\n  read: incremental\n  key: [id, value]\n  columns: { id: integer, value: text }");
        Assert.Equal(RunState.Failed, (await project.RunAsync()).State);
        works = true;

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal([1, 2, 3, 4, 5, 5, 6, 7, 8, 9], api.Paths.Where(p => p.StartsWith("/codes/", StringComparison.Ordinal)).Select(p => p[^1] - '0'));
        Assert.Equal("27|9|3", await project.ScalarAsync("SELECT count(*), count(DISTINCT id), max(value) FILTER (WHERE value < 'a') FROM shop_raw.codes"));
    }

    [Fact]
    public async Task Max_pages_of_an_incremental_feed_are_those_of_a_run()
    {
        await using var api = new TestApi(a => ApiShop.Number(a, "after", 1) is var n && n < 5 ? new($$"""{"next": "{{n + 1}}", "items": {{ApiShop.Things(n, 1)}} }""") : new($$"""{"items": {{ApiShop.Things(n, 1)}} }"""));
        using var project = ApiShop.Create(api.Url, "pages: { by: cursor, param: after, at: next, max_pages: 2 }\nrows: items\nread: incremental");

        for (var run = 0; run < 3; run++)
            Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);

        Assert.Equal(["/things", "/things?after=2", "/things?after=3", "/things?after=4", "/things?after=5"], api.Paths);
        Assert.Equal("5", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
    }

    [Theory]
    [InlineData("pages: { by: cursor }", "the key 'at' is missing"), InlineData("pages: { by: chance }", "'by' must be one of"), InlineData("each: { a: [1] }\neach_of: { feed: things, columns: [id] }", "cannot both be there")]
    [InlineData("each_of: { feed: thinks, columns: [id] }", "which is no other feed"), InlineData("each_of: { feed: things, columns: [id] }", "which is no other feed"), InlineData("timeout: 5m", "is for a command"), InlineData("table: things", "means nothing beside 'get'")]
    public void A_mistake_in_a_request_is_found_before_anything_is_asked(string feed, string message)
    {
        using var project = ApiShop.Create("http://127.0.0.1:1", feed);

        Assert.Contains(project.Load().Findings, f => f.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_title_that_was_cut_within_a_character_costs_nothing()
    {
        await using var api = new TestApi(a => a.Path == "/things" ? new("""[{"id": 1, "name": "cut \ud83d"}, {"id": 2, "name": "\\ud83d \\\udc00\ud83d\ude00"}, {"id": 3, "name": "\ud83d\ude00 whole"}]""") : new("[1]"));
        using var project = ApiShop.Create(api.Url, "", after: "codes:\n  get: /codes\n  each_of: { feed: things, columns: [id, name] }\n  key: [id, value]");

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(["1|cut \ufffd", "2|\\ud83d \\\ufffd\U0001F600", "3|\U0001F600 whole"], await project.QueryAsync("SELECT id, name FROM shop_raw.things ORDER BY id"));
        Assert.Equal(4, api.Asked.Count);
    }

    static async Task ExpectAsync(string feed, Func<Asked, Said> answer, int rows, params string[] asked)
    {
        await using var api = new TestApi(answer);
        await ExpectAsync(api, feed, "", rows, asked);
    }

    static async Task ExpectAsync(TestApi api, string feed, string connection, int rows, params string[] asked)
    {
        using var project = ApiShop.Create(api.Url, feed, connection);

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(asked, api.Paths);
        Assert.Equal($"{rows}|{rows}", await project.ScalarAsync("SELECT count(*), count(DISTINCT id) FROM shop_raw.things"));
        Assert.True(Assert.Single(run.Equations).Holds);
    }
}
