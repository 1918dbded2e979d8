using Cartage.Connectors.ObjectStores;
using Cartage.Projects;
using Cartage.Storage;

namespace Cartage.Connectors;

/// <summary>Opens a project's zones, each a folder or a prefix of a bucket.</summary>
static class Stores
{
    /// <summary>What the address of a zone in a bucket begins with.</summary>
    public const string Remote = "s3://";

    /// <summary>The zones there are.</summary>
    public static readonly string[] Zones = ["inbox", "raw", "processed", "reports"];

    const long SpoolLimit = 4L << 30;

    public static Storage.Zones Open(Project project, TimeProvider clock)
    {
        var folder = Path.Combine(project.StateFolder, "spool");
        var spool = new Spool(folder, SpoolLimit, clock);
        IObjectStore Open(string zone) => Zone(project, zone, spool, clock);
        var raw = Open("raw");
        return new(Open("inbox"), raw, Open("processed"), Open("reports"), [raw is LocalFolder local ? local.Root : folder]);
    }

    /// <summary>Removes what writes that were cut off before an instant left in a store; returns how many.</summary>
    public static async Task<long> SweepAsync(IObjectStore store, DateTimeOffset before, bool dryRun, CancellationToken ct) =>
        store switch
        {
            S3Bucket bucket => await bucket.SweepAsync(before, dryRun, ct),
            LocalFolder folder => folder.Sweep(before, dryRun),
            _ => 0,
        };

    /// <summary>How a zone's bucket is reached, null where it is a folder.</summary>
    public static S3Options? Options(Project project, string zone)
    {
        var place = new Resolver(project.Root, project.Variables).Resolve(Place(project, zone), "project.yml", 1);
        return place.StartsWith(Remote, StringComparison.Ordinal) ? At(project, place) : null;
    }

    /// <summary>The bucket of a place, from its root; for listing, not for fetching.</summary>
    public static IObjectStore Bucket(Project project, string place, TimeProvider clock) =>
        Bucket(project, place, new(Path.Combine(project.StateFolder, "spool-elsewhere"), SpoolLimit, clock), clock);

    /// <summary>The same for fetching, by way of a spool.</summary>
    public static IObjectStore Bucket(Project project, string place, Spool spool, TimeProvider clock) => new S3Bucket(At(project, Remote + place[Remote.Length..].Split('/')[0]), spool, clock);

    /// <summary>How the bucket of a place is reached, with the rest of the place as its prefix.</summary>
    public static S3Options At(Project project, string place)
    {
        var resolver = new Resolver(project.Root, project.Variables);
        var bucket = place[Remote.Length..].Split('/')[0];
        var candidates = project.Connections.Values.Where(c => c.Type == "s3").ToList();
        var connection = candidates.Find(c => c.Settings.GetValueOrDefault("bucket") == bucket) ?? candidates.Find(c => !c.Settings.ContainsKey("bucket"));
        return S3Options.Read(place, Settings(resolver, connection), connection?.File ?? "project.yml", connection?.Line ?? 1);
    }

    /// <summary>How a connection's server is reached; the bucket is empty where it names none.</summary>
    public static S3Options Options(Project project, ConnectionSpec connection)
    {
        var settings = Settings(new(project.Root, project.Variables), connection);
        var options = S3Options.Read(Remote + settings.GetValueOrDefault("bucket", "any"), settings, connection.File, connection.Line);
        return settings.ContainsKey("bucket") ? options : options with { Bucket = "" };
    }

    /// <summary>Where a zone is, as it is written.</summary>
    public static string Place(Project project, string zone) => project.Zones.GetValueOrDefault(zone, ".cartage/" + zone);

    static Dictionary<string, string> Settings(Resolver resolver, ConnectionSpec? connection) =>
        connection?.Settings.ToDictionary(s => s.Key, s => resolver.Resolve(s.Value, connection.File, connection.Line)) ?? [];

    static IObjectStore Zone(Project project, string zone, Spool spool, TimeProvider clock) =>
        Options(project, zone) is { } options
            ? new S3Bucket(options, spool, clock)
            : new LocalFolder(Path.GetFullPath(new Resolver(project.Root, project.Variables).Resolve(Place(project, zone), "project.yml", 1), project.Root));
}
