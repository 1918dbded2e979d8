using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>Nothing is asked for, and no key is sent, anywhere but where the connection says.</summary>
public sealed class Origins
{
    [Fact]
    public async Task A_redirect_within_the_origin_is_followed()
    {
        await using var api = new TestApi(a => a.Path == "/things" ? new("", 307) { Headers = new() { ["Location"] = "/v2/things?page=1" } } : new(ApiShop.Things(1, 2)));
        using var project = ApiShop.Create(api.Url, "", "params: { key: hush-hush }");

        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal(["/things?key=hush-hush", "/v2/things?page=1&key=hush-hush"], api.Paths);
    }

    [Fact]
    public async Task A_redirect_to_another_origin_is_refused()
    {
        await using var other = new TestApi(_ => new(ApiShop.Things(1, 2)));
        await using var api = new TestApi(_ => new("", 302) { Headers = new() { ["Location"] = other.Url + "/things" } });
        await RefusesAsync(other, api, "");
    }

    [Theory, InlineData("pages: { by: next, at: next }\nrows: items"), InlineData("pages: { by: link }\nrows: items")]
    public async Task A_next_page_at_another_origin_is_refused(string feed)
    {
        await using var other = new TestApi(_ => new(ApiShop.Things(1, 2)));
        await using var api = new TestApi(_ => new($$"""{"next": "{{other.Url}}/things?page=2", "items": [{"id": 1}]}""") { Headers = new() { ["Link"] = $"<{other.Url}/things?page=2>; rel=next" } });
        await RefusesAsync(other, api, feed);
    }

    [Fact]
    public async Task Redirects_in_a_circle_come_to_an_end()
    {
        await using var api = new TestApi(_ => new("", 302) { Headers = new() { ["Location"] = "/things" } });
        using var project = ApiShop.Create(api.Url, "");

        Assert.Contains("redirects more than", (await project.RunAsync()).Message, StringComparison.Ordinal);
    }

    static async Task RefusesAsync(TestApi other, TestApi api, string feed)
    {
        using var project = ApiShop.Create(api.Url, feed, "headers: { x-key: hush-hush }");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains($"{other.Url}", run.Message, StringComparison.Ordinal);
        Assert.Contains("refused, so that no key goes there", run.Message, StringComparison.Ordinal);
        Assert.Empty(other.Asked);
    }
}
