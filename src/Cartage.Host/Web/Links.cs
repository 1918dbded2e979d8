using Cartage.Ingest;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>The address of everything.</summary>
static class Links
{
    public static string Pipeline(string name) => $"/pipelines/{Uri.EscapeDataString(name)}";

    public static string Run(string id) => $"/runs/{Uri.EscapeDataString(id)}";

    public static string Table(Table table) => $"/tables/{Uri.EscapeDataString(table.Schema)}/{Uri.EscapeDataString(table.Name)}";

    public static string Quarantine(Feed feed) => $"/quarantine/{Uri.EscapeDataString(feed.Pipeline)}/{Uri.EscapeDataString(feed.Name)}";

    public static string Report(string runId) => $"/reports/{Uri.EscapeDataString(runId)}";

    /// <summary>A query string of what has a value.</summary>
    public static string With(string path, params (string Name, string? Value)[] query) =>
        query.Where(x => !string.IsNullOrEmpty(x.Value)).Select(x => $"{x.Name}={Uri.EscapeDataString(x.Value!)}").ToList() is { Count: > 0 } parts ? $"{path}?{string.Join('&', parts)}" : path;
}
