using System.Data.Common;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Storage;

namespace Cartage.Runs;

/// <summary>Takes the bytes of objects that are older than their retention out of the raw zone. Their manifests stay: what landed is remembered, so that nothing lands again and no bookmark is lost.</summary>
public sealed class RawRetention(Workspace workspace)
{
    readonly IObjectStore _raw = workspace.Zones.Raw;

    /// <summary>Why a table must not be built anew from these objects, where some of them are gone.</summary>
    public static PipelineException? Missing(Feed feed, IReadOnlyCollection<Manifest> objects) =>
        objects.Where(m => m.RemovedAt is not null).ToList() is { Count: > 0 } gone
            ? new($"{feed.Name}: {gone.Count} of the {objects.Count} objects it would be built from left the raw zone when their retention ended, the newest of {gone.Max(m => m.LandedAt):yyyy-MM-dd}; their rows would be lost",
                hint: $"An ordinary run keeps the rows there are. To build from what is left, add --accept {RuleNames.RawRetention}.")
            : null;

    /// <summary>The objects that landed before an instant and are needed no more: loaded, not the newest of their feed, and with no row that waits in quarantine.</summary>
    public async Task<IReadOnlyList<Manifest>> DueAsync(DateTimeOffset before, CancellationToken ct)
    {
        var landing = new Landing(_raw, workspace.Project.StateFolder, workspace.Clock);
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await Ledger.EnsureAsync(connection, ct);
        List<Manifest> due = [];
        foreach (var feed in workspace.Project.Pipelines.SelectMany(p => p.Feeds))
        {
            var there = (await landing.ReadManifestsAsync(feed, ct)).Where(m => m.RemovedAt is null).ToList();
            if (there.All(m => m.LandedAt >= before))
                continue;
            var needed = await NeededAsync(connection, feed, ct);
            var newest = there.OrderBy(m => m.LandedAt).ThenBy(m => m.Object, StringComparer.Ordinal).Last();
            due.AddRange(there.Where(m => m.LandedAt < before && m != newest && needed.Loaded.Contains(m.Object) && !needed.Waiting.Contains(m.Object)));
        }
        return due;
    }

    /// <summary>Removes them: first the manifest says so, then the bytes go, so that a manifest never promises what is not there.</summary>
    public async Task RemoveAsync(IEnumerable<Manifest> due, CancellationToken ct)
    {
        foreach (var manifest in due)
        {
            await Landing.PutManifestAsync(_raw, manifest with { RemovedAt = workspace.Clock.GetUtcNow() }, ct);
            Failpoint.Reach("gc.manifest");
            await _raw.DeleteAsync(manifest.Object, ct);
        }
    }

    async Task<(IReadOnlySet<string> Loaded, IReadOnlySet<string> Waiting)> NeededAsync(DbConnection connection, Feed feed, CancellationToken ct) =>
        ((await Ledger.ReadAsync(connection, feed, ct)).Keys.ToHashSet(), await QuarantineTable.WaitingAsync(connection, workspace.Warehouse.Dialect, feed, ct));
}
