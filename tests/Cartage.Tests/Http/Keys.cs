using System.Text;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>Every way to say who asks; and what proves it is written down nowhere.</summary>
public sealed class Keys
{
    const string Key = "hush-hush/4711";

    public static TheoryData<string> Ways =>
        [
            $"headers: {{ x-key: \"{Key}\" }}", $"params: {{ api_key: \"{Key}\" }}", $"auth: {{ type: basic, user: ann, password: \"{Key}\" }}", $"auth: {{ type: bearer, token: \"{Key}\" }}",
            $"auth: {{ type: oauth2, token_url: \"URL/token\", client_id: shop, client_secret: \"{Key}\", scope: read }}",
        ];

    [Theory, MemberData(nameof(Ways))]
    public async Task Is_sent_and_never_written_down(string way)
    {
        var refuse = false;
        await using var api = new TestApi(a =>
            a.Path == "/token" ? Token(a)
            : !IsKnown(a) ? new($"who is {a.Headers}?", 401)
            : refuse && a.Query.ContainsKey("page") ? new($"your key {Key} or {Uri.EscapeDataString(Key)} was seen too often", 403)
            : new($$"""{"next": {{(a.Query.ContainsKey("page") ? "null" : $"\"/things?page=2&api_key={Uri.EscapeDataString(Key)}\"")}}, "items": {{ApiShop.Things(a.Query.ContainsKey("page") ? 3 : 1, 2)}} }"""));
        using var project = ApiShop.Create(api.Url, "pages: { by: next, at: next }\nrows: items", way.Replace("URL", api.Url, StringComparison.Ordinal).Replace(Key, "${secret:CARTAGE_TEST_API_KEY}", StringComparison.Ordinal));
        project.Write(".cartage/secrets.yml", $"CARTAGE_TEST_API_KEY: {Key}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(project.Root, ".cartage/secrets.yml"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        refuse = true;

        var refused = await project.RunAsync();
        refuse = false;
        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, refused.State);
        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Contains("your key *** or ***", refused.Message, StringComparison.Ordinal);
        Assert.Equal("4", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
        // What the API itself wrote into its answer is kept as it came; everything of ours is without it.
        foreach (var file in Directory.EnumerateFiles(Path.Combine(project.Root, ".cartage"), "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "secrets.yml" && !(f.Contains("/raw/") && !f.EndsWith(".manifest.json", StringComparison.Ordinal))))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            foreach (var secret in new[] { Key, Uri.EscapeDataString(Key), "the-token", Convert.ToBase64String(Encoding.UTF8.GetBytes($"ann:{Key}")) })
                Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{file} holds {secret}");
        }
    }

    [Fact]
    public async Task Secrets_that_are_no_YAML_are_one_clear_message()
    {
        using var project = ApiShop.Create("http://127.0.0.1:1", "", "headers: { key: \"${secret:CARTAGE_TEST_API_KEY}\" }");
        project.Write(".cartage/secrets.yml", "CARTAGE_TEST_API_KEY: [\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(project.Root, ".cartage/secrets.yml"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var run = await project.RunAsync();

        Assert.Equal(RunState.Failed, run.State);
        Assert.Matches(@"secrets\.yml:\d+: it is not YAML", run.Message);
    }

    [Fact]
    public async Task A_token_that_ended_early_is_fetched_anew()
    {
        var tokens = 0;
        await using var api = new TestApi(a => a.Path == "/token" ? new($$"""{"access_token": "token-{{++tokens}}", "expires_in": 3600}""") : a.Headers["Authorization"] == "Bearer token-2" ? new(ApiShop.Things(1, 2)) : new("", 401));
        using var project = ApiShop.Create(api.Url, "", $"auth: {{ type: oauth2, token_url: \"{api.Url}/token\", client_id: shop, client_secret: s3cret }}");

        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task A_token_that_ended_early_under_two_feeds_at_once_fails_neither()
    {
        var tokens = 0;
        using var both = new CountdownEvent(2);
        await using var api = new TestApi(a =>
        {
            if (a.Path == "/token")
                return new($$"""{"access_token": "token-{{++tokens}}", "expires_in": 3600}""");
            if (a.Headers["Authorization"] != "Bearer token-1")
                return new(ApiShop.Things(1, 2));
            both.Signal();
            both.Wait(Wait.Longest, TestContext.Current.CancellationToken);
            return new("", 401);
        });
        using var project = ApiShop.Create(api.Url, "", $"auth: {{ type: oauth2, token_url: \"{api.Url}/token\", client_id: shop, client_secret: s3cret }}", "others:\n  get: /others\n  key: [id]");

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task A_token_that_cannot_be_had_for_a_moment_is_asked_for_again()
    {
        var asked = 0;
        await using var api = new TestApi(a => a.Path != "/token" ? new(ApiShop.Things(1, 2)) : ++asked == 1 ? new("restarting", 503) : new("""{"access_token": "the-token", "expires_in": 3600}"""));
        using var project = ApiShop.Create(api.Url, "", $"auth: {{ type: oauth2, token_url: \"{api.Url}/token\", client_id: shop, client_secret: s3cret }}");

        var run = await project.RunAsync();

        Assert.True(run.State == RunState.Succeeded, run.Message);
    }

    [Fact]
    public async Task A_refused_client_is_said_plainly()
    {
        await using var api = new TestApi(_ => new("""{"error": "invalid_client"}""", 401));
        using var project = ApiShop.Create(api.Url, "", $"auth: {{ type: oauth2, token_url: \"{api.Url}/token\", client_id: shop, client_secret: s3cret }}");

        var run = await project.RunAsync();

        Assert.Contains($"{api.Url}/token gives no token: 401", run.Message, StringComparison.Ordinal);
        Assert.Contains("client_secret", run.Hint, StringComparison.Ordinal);
        Assert.Single(api.Asked);
    }

    [Theory]
    [InlineData("auth: { type: magic }", "there is no 'auth' of type 'magic'"), InlineData("auth: { type: basic, user: ann }", "lacks 'password'"), InlineData("rate: often", "'rate' must be"), InlineData("timeout: soon", "'timeout' must be"), InlineData("colour: red", "has no setting 'colour'")]
    [InlineData("auth: { type: oauth2, token_url: /token, client_id: a, client_secret: b }", "'token_url' must be an address"), InlineData("timeout: 0s", "'timeout' must be"), InlineData("timeout: 30d", "'timeout' must be")]
    public void A_mistake_in_a_connection_is_found_before_anything_is_asked(string setting, string message)
    {
        using var project = ApiShop.Create("http://127.0.0.1:1", "", setting);

        Assert.Contains(Connectors.Connectors.Findings(project.Load().Project), f => f.Message.Contains(message, StringComparison.Ordinal));
    }

    static bool IsKnown(Asked asked) =>
        asked.Headers["x-key"] == Key || asked.Query.GetValueOrDefault("api_key") == Key || asked.Headers["Authorization"] is { } header && (header == $"Bearer {Key}" || header == "Bearer the-token" || header == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"ann:{Key}"))}");

    static Said Token(Asked asked) =>
        asked.Body == "grant_type=client_credentials&scope=read" && asked.Headers["Authorization"] == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"shop:{Uri.EscapeDataString(Key)}"))}" ? new("""{"access_token": "the-token", "expires_in": 60}""") : new("", 400);
}
