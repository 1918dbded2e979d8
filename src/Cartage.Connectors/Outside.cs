using System.Text.RegularExpressions;
using Cartage.Ingest;
using Cartage.Projects;

namespace Cartage.Connectors;

/// <summary>What a project connects to, and whether it answers.</summary>
public static partial class Outside
{
    // What says where something is.
    static readonly string[] Settings = ["path", "url", "endpoint", "bucket", "topic"];

    /// <summary>Everything outside that a project uses: its connections, its warehouse, zones that are in buckets, and buckets that feeds name; nothing is looked at.</summary>
    public static IReadOnlyList<Reach> Of(Project project) =>
        [
            .. project.Connections.Values.Select(c => new Reach(c.Name, c.Type, PlaceOf(c))),
            new("warehouse", project.Warehouse.Type, PlaceOf(project.Warehouse)),
            .. project.State.Type == "duckdb" ? (IEnumerable<Reach>)[] : [new("state", project.State.Type, PlaceOf(project.State))],
            .. Stores.Zones.Where(z => Stores.Place(project, z).Contains(Stores.Remote, StringComparison.Ordinal)).Select(z => new Reach($"zone {z}", "s3", Stores.Place(project, z))),
            .. project.Pipelines.SelectMany(p => p.Feeds).SelectMany(f => Objects(project, f)).GroupBy(Bucket).Select(g => new Reach(g.Key, "s3", string.Join(", ", g.Distinct()))),
        ];

    /// <summary>The feeds that rows come to from it, as <c>pipeline.feed</c>.</summary>
    public static IEnumerable<string> FeedsOf(Project project, Reach reach) =>
        project.Pipelines.SelectMany(p => p.Feeds).Where(f => f.Connection == reach.Name || Objects(project, f).Any(o => Bucket(o) == reach.Name)).Select(f => $"{f.Pipeline}.{f.Name}");

    /// <summary>The same after a look.</summary>
    public static Task<Reach> TestAsync(Project project, Reach reach, TimeProvider clock, CancellationToken ct) => Probes.RunAsync(project, reach, clock, ct);

    // What a feed reads from a bucket that it names itself.
    static IEnumerable<string> Objects(Project project, Feed feed) => feed.Files.Select(f => new Resolver(project.Root, project.Variables).Resolve(f, feed.File, feed.Line)).Where(f => f.StartsWith(Stores.Remote, StringComparison.Ordinal));

    static string Bucket(string place) => Stores.Remote + place[Stores.Remote.Length..].Split('/')[0];

    /// <summary>Where something leads, as it is written and unresolved, without a password; of a chat, whose address is a secret itself, only the host.</summary>
    public static string PlaceOf(ConnectionSpec connection)
    {
        var written = Settings.Select(connection.Settings.GetValueOrDefault).FirstOrDefault(s => s is not null) ?? (connection.Type == "duckdb" ? ".cartage/warehouse.duckdb" : "");
        return Password().Replace(connection.Type == "webhook" && Uri.TryCreate(written, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : written, "***");
    }

    [GeneratedRegex(@"(?<=://[^/@:]*:)[^@]*(?=@)|(?<=(password|pwd)\s*=\s*)[^;]*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Password();
}
