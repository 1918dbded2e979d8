using System.Collections.Concurrent;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Alerts;

/// <summary>Tells people of runs: collects what ended into the outbox, and sends what is in it; no run waits for it.</summary>
public sealed class Herald(Func<Project> project, RunStore store, Func<Project, string, INotifier> open, Func<string?> link, TimeProvider clock)
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(5), Most = TimeSpan.FromMinutes(30), GivesUp = TimeSpan.FromDays(2), Patience = TimeSpan.FromSeconds(30);
    const int InOne = 50;

    readonly EndedRuns _ended = new(store, "notices");
    readonly ConcurrentDictionary<string, (int Failures, DateTimeOffset Next, string Why)> _waits = [];

    /// <summary>The ways that do not go through now, and why.</summary>
    public IReadOnlyList<(string Via, string Why, DateTimeOffset Next)> Troubles => [.. _waits.Select(w => (w.Key, w.Value.Why, w.Value.Next))];

    /// <summary>What is on its way.</summary>
    public Outbox Outbox { get; } = new(store, clock);

    /// <summary>The rule for a pipeline's runs: its own, its way from the project where it names none; null where nobody is to be told.</summary>
    public static NotifyRule? RuleOf(Project project, Pipeline? pipeline) =>
        pipeline?.Notify is { } own ? own.Via.Count > 0 ? own : project.Notifications.Rule is { } general ? own with { Via = general.Via } : null : project.Notifications.Rule;

    /// <summary>Sends one message, within half a minute or not at all.</summary>
    public static async Task SendAsync(INotifier notifier, Message message, TimeProvider clock, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await notifier.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new PipelineException($"no answer within {Patience.TotalSeconds:0} s", isTransient: true, hint: "Look at 'url' of the connection, and whether the server is up.");
        }
    }

    /// <summary>Puts notices of the runs that ended since the last time.</summary>
    public async Task CollectAsync(CancellationToken ct)
    {
        if (await TellsAsync(ct))
            await _ended.ReadAsync(async run =>
            {
                var before = (await store.ListRunsAsync(new RunFilter(10, run.Pipeline, Before: run.RunId, Brief: true), ct)).Select(r => (RunState?)r.State).FirstOrDefault(s => s is not (RunState.Cancelled or RunState.Queued or RunState.Running));
                if (Notices.Of(run, before, link()) is { } notice)
                    await PutAsync(notice, isNew: !Notices.IsBad(before), ct);
            }, ct);
    }

    /// <summary>Puts a notice for whom its pipeline's rule names; one of trouble that is new is sent even where it was sent a while ago.</summary>
    public async Task PutAsync(Notice notice, bool isNew, CancellationToken ct)
    {
        var now = project();
        if (RuleOf(now, now.Pipelines.FirstOrDefault(p => p.Name == notice.Pipeline)) is not { } rule || !rule.On.Contains(notice.Kind))
            return;
        var sameAgain = notice.Kind is NoticeKind.Failed or NoticeKind.Rejected ? !isNew : notice.Kind is NoticeKind.Quarantined or NoticeKind.Overdue;
        foreach (var via in rule.Via)
            await Outbox.PutAsync(notice, via, sameAgain ? now.Notifications.Repeat : TimeSpan.Zero, ct);
    }

    /// <summary>Sends what is due, all that goes one way in one message; what cannot be sent now is tried again later, with growing patience. True where something is still to be sent.</summary>
    public async Task<bool> DeliverAsync(bool waitForMore, CancellationToken ct)
    {
        var waiting = await Outbox.OpenAsync(ct);
        var sent = 0;
        foreach (var group in waiting.GroupBy(n => n.Via))
            if (IsDue(group.Key) && !(waitForMore && clock.GetUtcNow() - group.First().At < project().Notifications.Digest))
                foreach (var some in group.Chunk(InOne))
                    sent += await SendAsync(group.Key, some, ct);
        return sent < waiting.Count;
    }

    // Of several servers one tells, so that nobody hears it twice; the time is enough for whatever it has begun to send.
    Task<bool> TellsAsync(CancellationToken ct) => store.HoldAsync("notices", 3 * Patience, ct);

    bool IsDue(string via) => !_waits.TryGetValue(via, out var wait) || clock.GetUtcNow() >= wait.Next;

    async Task<int> SendAsync(string via, IReadOnlyList<Outgoing> notices, CancellationToken ct)
    {
        try
        {
            if (!await TellsAsync(ct))
                return 0;
            using var notifier = open(project(), via);
            await SendAsync(notifier, new(project().Name, [.. notices.Select(n => n.Notice)], [.. notices.Select(n => n.Repeats)]), clock, ct);
            await Outbox.DoneAsync(notices, "sent", "", CancellationToken.None);
            _waits.TryRemove(via, out _);
            return notices.Count;
        }
        catch (PipelineException e)
        {
            return await LaterAsync(via, notices, e.Message);
        }
    }

    async Task<int> LaterAsync(string via, IReadOnlyList<Outgoing> notices, string why)
    {
        var failures = _waits.GetValueOrDefault(via).Failures + 1;
        var pause = TimeSpan.FromTicks(Math.Min(Most.Ticks, First.Ticks << Math.Min(failures - 1, 12)));
        _waits[via] = (failures, clock.GetUtcNow() + pause, why);
        var old = notices.Where(n => clock.GetUtcNow() - n.At > GivesUp).ToList();
        await Outbox.DoneAsync(old, "given up", why, CancellationToken.None);
        return old.Count;
    }
}
