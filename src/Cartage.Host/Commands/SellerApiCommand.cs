using System.CommandLine;
using System.Globalization;
using Cartage.Host.Gen.Sellers;

namespace Cartage.Host.Commands;

/// <summary><c>gen seller-api</c>: a stand-in for a marketplace's API, for trying the example and for tests.</summary>
static class SellerApiCommand
{
    public static Verb Create(Shell shell)
    {
        Option<int> port = new("--port") { Description = "Where on 127.0.0.1 to listen; 0 takes a free one", HelpName = "n", DefaultValueFactory = _ => 8081 };
        Option<string?> from = new("--from") { Description = "Serve the recorded answers in this folder instead of made ones", HelpName = "dir" };
        Option<string?> day = new("--day") { Description = "The day whose listings are served (default: the first)", HelpName = "yyyy-mm-dd" };
        Option<string?> key = new("--key") { Description = "Refuse requests without this in the header x-rapidapi-key", HelpName = "key" };
        Option<double> faults = new("--faults") { Description = "The share of answers, in percent, that are refused, broken, cut or slow", HelpName = "percent" };
        Option<int?> limit = new("--limit") { Description = "Refuse more requests than this in a second", HelpName = "n" };
        Option<int> retryAfter = new("--retry-after") { Description = "What a refusal says in Retry-After, in seconds", HelpName = "n", DefaultValueFactory = _ => 1 };
        Option<int> slow = new("--slow") { Description = "How many seconds a slow answer takes", HelpName = "n", DefaultValueFactory = _ => 2 };
        Option<int> scale = new("--scale") { Description = "1 is 180 things in the catalogue", HelpName = "n", DefaultValueFactory = _ => 1 };
        Option<long> seed = new("--seed") { Description = "The same seed makes the same data and the same faults", HelpName = "n", DefaultValueFactory = _ => 42 };
        return new Verb("seller-api", "Serve a stand-in for a marketplace's API until interrupted; a line of JSON for each request", ["cartage gen seller-api", "cartage gen seller-api --port 9000 --faults 5 --key secret", "cartage gen seller-api --from recorded"], port, from, day, key, faults, limit, retryAfter, slow, scale, seed)
            .Does(shell, async (on, ct) =>
            {
                var recorded = on.Value(from) is { } folder ? Recordings.Read(on.PathOf(folder)) : null;
                var options = new SellerApiOptions(recorded is null ? Made(on.Value(day), on.Value(scale), on.Value(seed)) : recorded.To)
                {
                    Port = on.Value(port),
                    Key = on.Value(key),
                    Faults = on.Value(faults) / 100,
                    Limit = on.Value(limit),
                    RetryAfter = on.Value(retryAfter),
                    Slow = TimeSpan.FromSeconds(on.Value(slow)),
                    Seed = on.Value(seed),
                    Heard = asked => Print(on, asked),
                };
                await using var api = SellerApi.Start(options, shell.Clock);
                on.Say($"Serving on {api.Url} until interrupted. Try: curl '{api.Url}{recorded?.First ?? $"seller-products?seller_id={Marketplace.Sellers[0].Id}&country=US&page=1"}'");
                await api.RunAsync(ct);
                return ExitCode.Succeeded;
            });
    }

    static Func<string, IReadOnlyDictionary<string, string>, byte[]?> Made(string? day, int scale, long seed)
    {
        var when = Marketplace.FirstDay;
        if (day is not null && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out when))
            throw new UsageException($"--day {day}: a day is wanted.", "Write it as 2025-01-06.");
        var answers = new Answers(new Marketplace(seed, scale));
        return (path, query) => answers.To(path, query, when);
    }

    static void Print(Invocation on, AskedOnce asked)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $$"""{"at":"{{asked.At.UtcDateTime:O}}","asked":"{{JsonEncoded(asked.PathAndQuery)}}","status":{{asked.Status}},"fault":{{(asked.Fault is null ? "null" : $"\"{asked.Fault}\"")}}}""");
        lock (on.Terminal.Out)
        {
            on.Terminal.Out.WriteLine(line);
            on.Terminal.Out.Flush();
        }
    }

    static string JsonEncoded(string text) => System.Text.Json.JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
}
