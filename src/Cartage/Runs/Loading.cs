using System.Collections.Concurrent;
using System.Data.Common;
using Cartage.Ingest;
using Cartage.Plans;
using Cartage.Projects;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The second phase of a run: landed objects become staged rows, good or set aside.</summary>
sealed class Loading(Workspace workspace, Plan plan, RunRequest request, string tempFolder, RunLog log, RunStamp stamp, ConcurrentQueue<string> warnings)
{
    /// <summary>Takes what is not loaded yet through the door and to the rules over sets; the tables are not touched. Returns the loads of feeds that had something.</summary>
    public async Task<Dictionary<string, FeedLoad>> StageAsync(DbConnection connection, IReadOnlyList<Feed> feeds, Dictionary<string, IReadOnlyList<Manifest>> manifests, CancellationToken ct)
    {
        var context = new LoadContext(stamp, plan.Swap, tempFolder, request.SetAside) { Inferred = feeds.SelectMany(f => f.Infers).ToHashSet() };
        var fresh = await FreshAsync(connection, feeds, manifests, ct);
        // A parent that comes in, new or repaired, lets its children in.
        var aside = new Dictionary<string, bool>();
        var quarantines = await Catalog.TablesAsync(connection, Table.QuarantineSchema(plan.Pipeline.Name), ct);
        foreach (var feed in feeds)
            if (quarantines.Contains(feed.Quarantine.Name))
                aside[feed.Name] = (await QuarantineTable.CountAsync(connection, workspace.Warehouse.Dialect, feed, ct)).Exists(x => x.Status == "fixed");
        var anything = fresh.Values.Any(f => f.Count > 0) || aside.ContainsValue(true);
        var having = feeds.Where(feed => plan.Swap || fresh[feed.Name].Count > 0 || anything && aside.ContainsKey(feed.Name)).ToList();
        // One that others put placeholders into works when they do.
        having = [.. feeds.Where(feed => having.Contains(feed) || having.Any(h => h.Infers.Contains(feed.Name)))];
        foreach (var feed in feeds.Where(f => !having.Contains(f)))
            log.Skip("load", feed.Name, "no object that is not loaded yet");
        var loads = await Task.WhenAll(having.Select(feed => Task.Run(() => log.DoAsync(
            "load", feed.Name, plan.Swap ? "every landed object" : fresh[feed.Name].Count switch { 0 => "rows of the quarantine again", 1 => "1 object is not loaded yet", var n => $"{n} objects are not loaded yet" },
            () => FeedLoad.StageAsync(workspace.Warehouse, workspace.Zones.Raw, feed, fresh[feed.Name], retryOpen: anything, context, ct),
            (task, load) => task with { Rows = load.Equation.Read }), ct)));
        var staged = loads.ToDictionary(l => l.Feed.Name);
        await PrepareAsync(feeds, staged, ct);
        Failpoint.Reach("staged");
        return staged;
    }

    // What is not loaded yet, or, where everything is built anew, all that stands.
    async Task<Dictionary<string, List<Manifest>>> FreshAsync(DbConnection connection, IReadOnlyList<Feed> feeds, Dictionary<string, IReadOnlyList<Manifest>> manifests, CancellationToken ct)
    {
        Dictionary<string, List<Manifest>> fresh = [];
        foreach (var feed in feeds)
        {
            var ledger = await Ledger.ReadAsync(connection, feed, ct);
            fresh[feed.Name] = [.. feed.Standing([.. manifests[feed.Name].Where(m => ledger.GetValueOrDefault(m.Object, true))]).Where(m => plan.Swap || !ledger.ContainsKey(m.Object))];
            foreach (var newest in manifests[feed.Name].GroupBy(m => m.Source).Select(versions => versions.MaxBy(m => m.Version)!).Where(m => !ledger.GetValueOrDefault(m.Object, true)))
            {
                warnings.Enqueue($"{feed.Name}: {newest.Source} is left out, because it could not be read: mend the file, or its contract");
                log.Tell("load", feed.Name, RunState.Running, $"{newest.Source} is left out, because it could not be read");
            }
            if (RawRetention.Missing(feed, fresh[feed.Name]) is { } missing && !request.Accept.Contains(RuleNames.RawRetention))
                throw missing;
            fresh[feed.Name].RemoveAll(m => m.RemovedAt is not null);
            if (request.Limit is { } most)
                fresh[feed.Name] = [.. fresh[feed.Name].OrderBy(m => m.LandedAt).ThenBy(m => m.Object, StringComparer.Ordinal).Take(most)];
        }
        return fresh;
    }

    // All at once, but references wait until their parents are settled, and a parent that only comes later in a circle waits for its children.
    async Task PrepareAsync(IReadOnlyList<Feed> feeds, Dictionary<string, FeedLoad> staged, CancellationToken ct)
    {
        static bool Refers(Feed child, string parent) => child.Columns.Any(c => c.References?.Feed == parent);
        // Who refers to a feed that another puts placeholders into takes turns with it, too: whether a parent is there must not depend on who was faster.
        static bool Related(Feed a, Feed b) => Refers(a, b.Name) || Refers(b, a.Name) || a.Infers.Any(p => Refers(b, p)) || b.Infers.Any(p => Refers(a, p));
        List<(Feed Feed, Task Done)> settled = [];
        foreach (var feed in feeds.Where(f => staged.ContainsKey(f.Name)))
        {
            var relatives = settled.Where(s => Related(feed, s.Feed)).Select(s => s.Done).ToList();
            settled.Add((feed, Task.Run(() => SettleAsync(staged[feed.Name], staged, Task.WhenAll(relatives), ct), ct)));
        }
        // A feed has all its rows when those are settled that put placeholders into it.
        await Task.WhenAll(settled.Select(s =>
        {
            var children = feeds.Where(f => f.Infers.Contains(s.Feed.Name)).ToList();
            var ready = Task.WhenAll(settled.Where(x => x.Feed == s.Feed || children.Contains(x.Feed)).Select(x => x.Done));
            return Task.Run(() => CompareAsync(staged[s.Feed.Name], [.. children.Select(c => (c, staged.GetValueOrDefault(c.Name)))], ready, ct), ct);
        }));
    }

    async Task SettleAsync(FeedLoad load, Dictionary<string, FeedLoad> staged, Task relatives, CancellationToken ct)
    {
        await relatives;
        await Task.Yield(); // else all that waits for one is done in turns by the thread that did it
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await load.SettleAsync(connection, staged, ct);
    }

    async Task CompareAsync(FeedLoad load, IReadOnlyList<(Feed, FeedLoad?)> children, Task settled, CancellationToken ct)
    {
        await settled;
        await Task.Yield();
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await load.CompareAsync(connection, children, ct);
    }
}
