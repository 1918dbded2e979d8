using System.Collections.Concurrent;
using Cartage.Alerts;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Triggers;

namespace Cartage.Host.Serving.Automation;

/// <summary>Everything that happens by itself: schedules, triggers, notices. Each goes on when another fails; what fails is said and tried again.</summary>
sealed class Automation : IAsyncDisposable
{
    static readonly TimeSpan Often = TimeSpan.FromSeconds(5), Soon = TimeSpan.FromMilliseconds(300), Settle = TimeSpan.FromMilliseconds(300), Day = TimeSpan.FromDays(1), Kept = TimeSpan.FromDays(30);

    readonly Parts _on;
    readonly CancellationTokenSource _closing = new();
    readonly TickStore _ticks;
    readonly Starter _starter;
    readonly Schedules _schedules;
    readonly EventStarts _eventStarts;
    readonly EndedRuns _ended;
    readonly Dictionary<string, (CancellationTokenSource Stop, Task Watching)> _watches = [];
    readonly Dictionary<string, string> _scheduled = [];
    readonly ConcurrentDictionary<string, OverdueRun> _overdue = [];
    readonly SemaphoreSlim _news = new(0, 1);
    IReadOnlySet<string> _paused = new HashSet<string>();
    DateTimeOffset _swept;
    QuartzClock? _clock;
    Task _loops = Task.CompletedTask;

    Automation(Parts on)
    {
        _on = on;
        var clock = on.Clock;
        _ticks = new(on.Workspace().Store, clock);
        _starter = new(on.Orders, new(on.Workspace, on.OpenBucket), on.Workspace, clock);
        _schedules = new(on.Orders, _starter, _ticks, on.Workspace, clock);
        Inbox = new(on.Workspace().Store, clock);
        _eventStarts = new(on.Orders, _starter, Inbox, on.Workspace, clock);
        _ended = new(on.Workspace().Store, "triggers");
        Herald = new(on.Orders.Project, on.Workspace().Store, on.OpenNotifier, on.Link, clock);
    }

    /// <summary>What it works with; <paramref name="Refresh"/> reads the project's files again when they have changed.</summary>
    public sealed record Parts(
        Orders Orders, Func<Workspace> Workspace, Func<CancellationToken, Task> Refresh, Func<CancellationToken, Task> TakeOver, Func<Project, string, INotifier> OpenNotifier, Func<Project, string, Storage.IObjectStore> OpenBucket,
        Func<Exception, string, Task> Tell, Func<string?> Link, TimeProvider Clock)
    {
        /// <summary>How long between looks at folders that nothing was heard of.</summary>
        public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>Where events from outside are written down.</summary>
    public EventInbox Inbox { get; }

    /// <summary>Who tells people.</summary>
    public Herald Herald { get; }

    /// <summary>The schedules that should have fired and have not.</summary>
    public IReadOnlyList<OverdueRun> Overdue => [.. _overdue.Values.OrderBy(o => o.Pipeline, StringComparer.Ordinal)];

    /// <summary>The pipelines that wait for something, and for what.</summary>
    public IReadOnlyList<(string Pipeline, string For)> Waiting => _starter.Waiting;

    /// <summary>Starts everything.</summary>
    public static async Task<Automation> StartAsync(Parts on, CancellationToken ct)
    {
        var automation = new Automation(on);
        automation._clock = await QuartzClock.StartAsync(automation.LookAsync, on.Tell, on.Workspace().Store.Database, on.Clock, ct);
        var stop = automation._closing.Token;
        automation._loops = Task.WhenAll(automation.KeepAsync("schedules", automation.WatchSchedulesAsync, stop), automation.KeepAsync("triggers", automation.StartByEventsAsync, stop), automation.KeepAsync("notices", automation.TellAsync, stop), automation.ShareAsync(stop), automation.ListenAsync(stop));
        return automation;
    }

    /// <summary>When a pipeline's schedule is next looked at, null without one.</summary>
    public Task<DateTimeOffset?> NextAsync(string pipeline, CancellationToken ct) => _clock!.NextAsync(pipeline, ct);

    /// <summary>Has news looked at now, such as a pipeline that goes on.</summary>
    public void Wake()
    {
        Inbox.Wake();
        lock (_news)
            if (_news.CurrentCount == 0)
                _news.Release();
    }

    /// <summary>Stops; what was written down goes on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _loops;
        foreach (var (stop, watching) in _watches.Values)
        {
            await watching;
            stop.Dispose();
        }
        await _clock!.DisposeAsync();
        await _starter.DisposeAsync();
        Inbox.Dispose();
        _news.Dispose();
        _closing.Dispose();
    }

    Project Project => _on.Orders.Project();

    async Task<DateTimeOffset?> LookAsync(string name, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        return Project.Pipelines.FirstOrDefault(p => p.Name == name) is { } pipeline ? await _schedules.LookAsync(pipeline, either.Token) : null;
    }

    // Schedules as the files say now, an alarm where one does not fire, and old rows swept out.
    async Task WatchSchedulesAsync(CancellationToken ct)
    {
        await _on.Refresh(ct);
        var now = _on.Clock.GetUtcNow();
        var paused = await _on.Workspace().Store.PausedAsync(ct);
        foreach (var pipeline in Project.Pipelines.Where(p => p.Schedule is not null))
        {
            var text = $"{pipeline.Schedule} {pipeline.TimeZone.Id} {pipeline.Catchup}";
            var isAsBefore = _scheduled.GetValueOrDefault(pipeline.Name) == text && (paused.Contains(pipeline.Name) || !_paused.Contains(pipeline.Name));
            if (isAsBefore && (_on.Workspace().Cluster is null || await _clock!.NextAsync(pipeline.Name, ct) is not null)) // it may have rung where the files say less
                continue;
            await _clock!.SetAsync(pipeline.Name, now, ct);
            _scheduled[pipeline.Name] = text;
        }
        foreach (var gone in _scheduled.Keys.Except(Project.Pipelines.Where(p => p.Schedule is not null).Select(p => p.Name)).ToList())
        {
            await _clock!.ForgetAsync(gone, ct);
            _scheduled.Remove(gone);
            _overdue.TryRemove(gone, out _);
        }
        _paused = paused;
        foreach (var pipeline in Project.Pipelines.Where(p => p.Schedule is not null))
            await AlarmAsync(pipeline, paused.Contains(pipeline.Name), now, ct);
        WatchFolders(ct);
        if (now - _swept > Day)
        {
            var before = now - (Project.Retention.TryGetValue("runs", out var age) ? age : Kept);
            await Inbox.ForgetAsync(before, ct);
            await _ticks.ForgetAsync(Project.Pipelines, before, ct);
            await Herald.Outbox.ForgetAsync(before, ct);
            _swept = now;
        }
        await WaitAsync(_news, Often, ct);
    }

    // Asked of the schedule and the store themselves: a clock that stands still is noticed.
    async Task AlarmAsync(Pipeline pipeline, bool paused, DateTimeOffset now, CancellationToken ct)
    {
        var found = paused ? null : await OverdueRun.FindAsync(pipeline, _ticks, _starter, _on.Workspace(), Project.Notifications.OverdueAfter, now, ct);
        if (found is null)
            _overdue.TryRemove(pipeline.Name, out _);
        else if (_overdue.GetValueOrDefault(pipeline.Name)?.Tick != found.Tick)
        {
            _overdue[pipeline.Name] = found;
            await Herald.PutAsync(Notices.Overdue(pipeline, found.Tick, now, found.Why, _on.Link()), isNew: true, ct);
        }
    }

    async Task StartByEventsAsync(CancellationToken ct)
    {
        await _ended.ReadAsync(async run =>
        {
            await Inbox.EndedAsync(run, ct);
            await Inbox.AddAsync(Aftermath.Of(Project, run), ct);
        }, ct);
        var later = await _eventStarts.PassAsync(ct);
        await Inbox.WaitAsync(later ? Soon : Often, ct);
    }

    async Task TellAsync(CancellationToken ct)
    {
        await Herald.CollectAsync(ct);
        var more = await Herald.DeliverAsync(waitForMore: true, ct);
        await Task.Delay(more ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(2), _on.Clock, ct);
    }

    // Of several servers: goes on with what one that is silent had begun.
    async Task ShareAsync(CancellationToken ct)
    {
        if (_on.Workspace().Cluster is not { } cluster)
            return;
        await KeepAsync("the other servers", async stop =>
        {
            await _on.TakeOver(stop);
            await Task.Delay(cluster.Lease / 4, _on.Clock, stop);
        }, ct);
    }

    // The end of a run is news to those that wait for it; a run of this server may be ended through another.
    async Task ListenAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var e in _on.Workspace().Store.FollowAsync(ct))
                if (e.Kind == RunEvent.Cancel)
                    _on.Orders.Cancel(e.RunId);
                else if (e is { Task.Length: 0, Kind: "run", State: not (RunState.Running or RunState.Queued) })
                    Inbox.Wake();
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    void WatchFolders(CancellationToken ct)
    {
        var wanted = Places.Triggers(Project).Select(t => t.Pattern).Where(Places.IsLocal).ToHashSet();
        foreach (var gone in _watches.Keys.Except(wanted).ToList())
        {
            _watches[gone].Stop.Cancel();
            _watches.Remove(gone);
        }
        foreach (var pattern in wanted.Where(w => !_watches.ContainsKey(w)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            _watches[pattern] = (stop, KeepAsync($"the watch over {pattern}", t => new FolderWatch(pattern, _on.Poll, Settle, _on.Clock).WatchAsync(HeardAsync, t), stop.Token));
        }
    }

    async Task HeardAsync(IReadOnlyList<ObjectEvent> objects, CancellationToken ct) => await Inbox.AddObjectsAsync(Project, objects, ct);

    // One bad moment does not end what is to go on for years.
    async Task KeepAsync(string what, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        await Task.Yield();
        while (!ct.IsCancellationRequested)
            try
            {
                await work(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is PipelineException or System.Data.Common.DbException or IOException or UnauthorizedAccessException or UsageException)
            {
                await _on.Tell(e, what);
                await Task.Delay(Often, _on.Clock, ct).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
    }

    async Task WaitAsync(SemaphoreSlim news, TimeSpan most, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(most, _on.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await news.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return;
        }
    }
}
