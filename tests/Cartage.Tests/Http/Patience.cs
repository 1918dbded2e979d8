using System.Diagnostics;
using System.Globalization;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>What an API does to those who ask it, and what is done about it.</summary>
public sealed class Patience
{
    static readonly Said Page = new(ApiShop.Things(1, 2));

    public static TheoryData<string> Passing => ["429", "503", "500", "cut", "page", "truncated", "slow", "elsewhere"];

    [Theory, MemberData(nameof(Passing))]
    public async Task What_passes_is_asked_again(string fault)
    {
        var times = 0;
        await using var api = new TestApi(_ => times++ > 0 ? Page : Fault(fault));
        using var project = ApiShop.Create(api.Url, "", fault == "slow" ? "timeout: 2s" : ""); // a machine that is slow itself is not to be too late

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(2, api.Asked.Count);
        Assert.Equal("2", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
    }

    [Theory]
    [InlineData(401, "Check the key"), InlineData(403, "Check the key"), InlineData(400, "Check 'get'"), InlineData(404, "not_found: empty")]
    public async Task What_does_not_pass_is_asked_once(int status, string hint)
    {
        await using var api = new TestApi(_ => new("""{"error": "no"}""", status));
        using var project = ApiShop.Create(api.Url, "params: { q: tea }");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains($"api: GET {api.Url}/things?q=tea: {status}", run.Message, StringComparison.Ordinal);
        Assert.Contains("""{"error": "no"}""", run.Message, StringComparison.Ordinal);
        Assert.Contains(hint, run.Hint, StringComparison.Ordinal);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task What_is_too_large_is_asked_once()
    {
        await using var api = new TestApi(_ => Page with { Announced = (256 << 20) + 1 });
        using var project = ApiShop.Create(api.Url, "");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains($"api: GET {api.Url}/things: the answer is too large", run.Message, StringComparison.Ordinal);
        Assert.Contains("At most 256 MiB", run.Hint, StringComparison.Ordinal);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task Why_an_attempt_failed_is_said_though_the_next_one_does_not()
    {
        var times = 0;
        await using var api = new TestApi(_ => times++ > 0 ? Page : new("closed", 500));
        using var project = ApiShop.Create(api.Url, "", "attempts: 1").Write("pipelines/shop/pipeline.yml", "retry: { attempts: 2, delay: 1ms }\n");

        var run = await Cli.Typed.InAsync(project.Root, "run");

        Assert.Equal(0, run.Code);
        Assert.Contains($"failed: api: GET {api.Url}/things: 500 Internal Server Error: closed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_After_is_waited_for_in_seconds_and_as_a_date()
    {
        var times = 0;
        await using var api = new TestApi(_ => times++ switch
        {
            0 => new("", 429) { Headers = new() { ["Retry-After"] = "1" } },
            1 => new("", 503) { Headers = new() { ["Retry-After"] = DateTimeOffset.UnixEpoch.ToString("R", CultureInfo.InvariantCulture) } },
            _ => Page,
        });
        using var project = ApiShop.Create(api.Url, "");
        var began = Stopwatch.GetTimestamp();

        var run = await project.RunAsync();

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1));
        Assert.Equal(3, api.Asked.Count);
    }

    [Fact]
    public async Task A_wait_longer_than_max_wait_ends_the_run_and_says_so()
    {
        await using var api = new TestApi(_ => new("", 429) { Headers = new() { ["Retry-After"] = "3600" } });
        using var project = ApiShop.Create(api.Url, "", "max_wait: 1m");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("3600 s, longer than 'max_wait'", run.Hint, StringComparison.Ordinal);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task A_short_max_wait_takes_nothing_from_the_attempts()
    {
        var asked = 0;
        await using var api = new TestApi(_ => ++asked < 3 ? new("", 500) : new(ApiShop.Things(1, 2)));
        using var project = ApiShop.Create(api.Url, "", "max_wait: 100ms");

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, $"{run.Message} {run.Hint}");
    }

    [Fact]
    public async Task Nobody_there_is_said_plainly()
    {
        using var project = ApiShop.Create("http://127.0.0.1:1", "", "attempts: 2");

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("127.0.0.1 cannot be reached", run.Message, StringComparison.Ordinal);
        Assert.Contains("(asked 2 times)", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_landed_before_a_failure_are_not_asked_for_again()
    {
        var works = false;
        await using var api = new TestApi(a => ApiShop.Number(a, "page") == 3 && !works ? new("no", 403) : new(ApiShop.Things(10 * ApiShop.Number(a, "page") - 9, 10, 35)));
        using var project = ApiShop.Create(api.Url, "pages: { by: page }");
        Assert.Equal(RunState.Failed, (await project.RunAsync()).State);
        works = true;

        var run = await project.RunAsync();

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(["/things?page=1", "/things?page=2", "/things?page=3", "/things?page=3", "/things?page=4", "/things?page=5"], api.Paths);
        Assert.Equal("35", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
    }

    [Fact]
    public async Task No_faster_than_the_rate()
    {
        await using var api = new TestApi(a => new(ApiShop.Things(10 * ApiShop.Number(a, "page") - 9, 10, 35)));
        using var project = ApiShop.Create(api.Url, "pages: { by: page }", "rate: 10/s");
        var began = Stopwatch.GetTimestamp();

        await project.RunAsync();

        Assert.Equal(5, api.Asked.Count);
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromMilliseconds(400));
    }

    static Said Fault(string fault) =>
        fault switch
        {
            "cut" => Page with { Cut = true },
            "page" => new("<html>Checking your browser</html>"),
            "truncated" => new(Page.Body[..(Page.Body.Length / 2)]),
            "slow" => Page with { Hangs = true },
            "elsewhere" => new("""{"status": "busy"}""", 502),
            var status => new("", int.Parse(status, CultureInfo.InvariantCulture)),
        };
}
