using System.Text.RegularExpressions;
using Cartage.Projects;

namespace Cartage.Connectors;

/// <summary>What a project connects to, and whether it answers.</summary>
public static partial class Outside
{
    /// <summary>Everything outside that a project uses: its connections, its warehouse, and zones that are in buckets; nothing is looked at.</summary>
    public static IReadOnlyList<Reach> Of(Project project) =>
        [
            .. project.Connections.Values.Select(c => new Reach(c.Name, c.Type, c.Type == "webhook" ? Host(c.Settings) : Shown(c.Settings))),
            new("warehouse", project.Warehouse.Type, project.Warehouse.Type == "duckdb" ? project.Warehouse.Settings.GetValueOrDefault("path", ".cartage/warehouse.duckdb") : Shown(project.Warehouse.Settings)),
            .. project.State.Type == "duckdb" ? (IEnumerable<Reach>)[] : [new("state", project.State.Type, Shown(project.State.Settings))],
            .. Stores.Zones.Where(z => Stores.Place(project, z).Contains(Stores.Remote, StringComparison.Ordinal)).Select(z => new Reach($"zone {z}", "s3", Stores.Place(project, z))),
        ];

    /// <summary>The same after a look.</summary>
    public static Task<Reach> TestAsync(Project project, Reach reach, TimeProvider clock, CancellationToken ct) => Probes.RunAsync(project, reach, clock, ct);

    // An address as it is written, without a password.
    static string Shown(IReadOnlyDictionary<string, string> settings) =>
        Password().Replace(settings.GetValueOrDefault("url") ?? settings.GetValueOrDefault("endpoint") ?? settings.GetValueOrDefault("bucket") ?? settings.GetValueOrDefault("topic") ?? "", "***");

    // Addresses of chats are secrets themselves.
    static string Host(IReadOnlyDictionary<string, string> settings) =>
        Uri.TryCreate(settings.GetValueOrDefault("url"), UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : settings.GetValueOrDefault("url", "");

    [GeneratedRegex("(?<=://[^/@:]*:)[^@]*(?=@)|(?<=[Pp]assword=)[^;]*")]
    private static partial Regex Password();
}
