using System.Collections.Concurrent;
using Cartage.Ingest;
using Cartage.Plans;

namespace Cartage.Runs;

/// <summary>Source to raw zone, for the feeds of a run.</summary>
sealed class Extracting(Workspace workspace, Plan plan, RunRequest request, string tempFolder, RunLog log, ConcurrentQueue<string> warnings)
{
    /// <summary>Lands what is new of feeds and returns every manifest they have.</summary>
    public async Task<Dictionary<string, IReadOnlyList<Manifest>>> RunAsync(List<Feed> feeds, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<Manifest>> manifests = [];
        var together = feeds.GroupBy(f => f.Connection is null ? "feed " + f.Name : "connection " + f.Connection);
        foreach (var landed in (await Task.WhenAll(together.Select(group => ExtractTogetherAsync([.. group], ct)))).SelectMany(x => x))
            manifests[landed.Feed.Name] = landed.Manifests;
        return manifests;
    }

    // Feeds of one connection share a source, and with it one moment of its data; so when one fails for a passing reason, all are asked again.
    async Task<Landed[]> ExtractTogetherAsync(IReadOnlyList<Feed> feeds, CancellationToken ct) =>
        await Retry.RunAsync(
            plan.Pipeline.Retry,
            workspace.Clock,
            async () =>
            {
                await using var source = workspace.OpenSource(feeds[0]);
                Dictionary<string, Task<Landed>> found = [];
                Task<Landed> Find(Feed feed)
                {
                    var parent = feed.Request?.EachOf is { } of && feeds.FirstOrDefault(f => f.Name == of.Feed) is { } asked ? Find(asked) : null;
                    return found.TryGetValue(feed.Name, out var begun) ? begun : found[feed.Name] = ExtractAfterAsync(parent, source, feed, ct);
                }
                return await Task.WhenAll(feeds.Select(Find));
            },
            (attempt, e) =>
            {
                log.Forget("extract", [.. feeds.Select(f => f.Name)]);
                log.Tell("extract", feeds[0].Connection ?? feeds[0].Name, RunState.Running, $"attempt {attempt} failed: {e.Message}");
            },
            ct
        );

    // A feed that is asked for by another's rows waits until those have landed.
    async Task<Landed> ExtractAfterAsync(Task<Landed>? parent, ISource source, Feed feed, CancellationToken ct)
    {
        var pages = parent is null ? null : (await parent).Manifests;
        return await log.DoAsync("extract", feed.Name, Plan.ExtractReason(feed), () => LandAsync(source, feed, pages, ct), (task, all) => task with { Rows = all.New });
    }

    async Task<Landed> LandAsync(ISource source, Feed feed, IReadOnlyList<Manifest>? parent, CancellationToken ct)
    {
        using var place = await workspace.Pools.TakeAsync(feed.Connection is { } name ? workspace.Project.Connections.GetValueOrDefault(name) : null, ct);
        var landing = new Landing(workspace.Zones.Raw, tempFolder, workspace.Clock);
        if (parent is null && feed.Request?.EachOf is { } of)
            parent = await landing.ReadManifestsAsync(plan.Pipeline.Feeds.First(f => f.Name == of.Feed), ct);
        var extraction = new Extraction(feed, plan.Interval, await landing.ReadManifestsAsync(feed, ct))
        {
            FullRefresh = request.FullRefresh,
            From = request.Onward ? null : request.From,
            To = request.Onward ? null : request.To,
            Accept = request.Accept,
            Loaded = new(workspace.Warehouse, plan.Pipeline.Name),
            Parent = parent is null ? null : new(workspace.Zones.Raw, parent),
            Warnings = new Notes(text =>
            {
                warnings.Enqueue(text);
                log.Tell("extract", feed.Name, RunState.Running, text);
            }),
            Notes = new Notes(text => log.Tell("extract", feed.Name, RunState.Running, text)),
        };
        var manifests = await landing.LandAsync(source, extraction, ct);
        return new(feed, manifests, manifests.Count - extraction.Landed.Count);
    }

    /// <summary>Prepares a source, which is asked for by hand only; nothing of ours changes.</summary>
    public async Task SetUpAsync(CancellationToken ct)
    {
        foreach (var script in plan.Tasks.OfType<PlannedTask.SetUp>().Select(t => t.Script))
            await log.DoAsync("setup", script.Name, $"prepares {script.Connection}", async () =>
            {
                await using var source = workspace.OpenSource(new Feed(script.Pipeline, script.Name, script.File, script.Line) { Connection = script.Connection });
                await source.SetUpAsync(script, ct);
            });
    }

    /// <summary>What has landed of feeds before.</summary>
    public async Task<Dictionary<string, IReadOnlyList<Manifest>>> LandedAsync(List<Feed> feeds, CancellationToken ct)
    {
        var landing = new Landing(workspace.Zones.Raw, tempFolder, workspace.Clock);
        Dictionary<string, IReadOnlyList<Manifest>> manifests = [];
        foreach (var feed in feeds)
            manifests[feed.Name] = await landing.ReadManifestsAsync(feed, ct);
        return manifests;
    }

    sealed record Landed(Feed Feed, IReadOnlyList<Manifest> Manifests, int New);

    sealed class Notes(Action<string> tell) : IProgress<string>
    {
        public void Report(string value) => tell(value);
    }
}
