using System.Globalization;
using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>A project with one feed, <c>things</c>, of an API.</summary>
static class ApiShop
{
    public static TestProject Create(string url, string feed, string connection = "", string after = "") =>
        new TestProject()
            .Write("project.yml", $"name: asks\nconnections:\n  api: {{ type: http, url: \"{url}\"{(connection.Length > 0 ? ", " + connection : "")} }}\n")
            .Write("pipelines/shop/pipeline.yml", "description: asks an API\n")
            .Write("pipelines/shop/feeds/api.yml", $"connection: api\nfeeds:\n  things:\n    get: /things\n    key: [id]\n    columns: {{ id: {{ type: integer, required: true }}, name: text }}\n{Indented(feed, 4)}{Indented(after, 2)}");

    /// <summary>Some of <paramref name="all"/> things as JSON.</summary>
    public static string Things(int from, int count, int all = int.MaxValue) =>
        "[" + string.Join(',', Enumerable.Range(from, Math.Max(0, Math.Min(count, all - from + 1))).Select(i => $$"""{"id": {{i}}, "name": "thing {{i}}"}""")) + "]";

    public static int Number(Asked asked, string name, int otherwise = 0) => asked.Query.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    static string Indented(string text, int by) => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => new string(' ', by) + l + "\n"));
}
