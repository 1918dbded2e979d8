using Cartage.Host.Access;
using Cartage.Host.Api;
using Cartage.Host.Commands;
using Cartage.Ingest;
using Cartage.Runs;

namespace Cartage.Host.Serving;

/// <summary>What people and programs change through the server; each deed is written to the audit log before it takes effect.</summary>
sealed class Deeds(Desk desk, string who, string from)
{
    static readonly IReadOnlySet<string> Landed = new HashSet<string> { "load", "build", "check" };

    /// <summary>Asks for a run of each pipeline the request means, and returns their ids.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(RunRequest request, CancellationToken ct)
    {
        foreach (var instant in new[] { request.From, request.To }.OfType<DateTimeOffset>())
            RunArguments.RefuseEnds($"{instant.UtcDateTime:yyyy-MM-dd}", instant.UtcDateTime.Year);
        if (request is { From: { } start, To: { } end } && start >= end)
            throw new UsageException($"The interval ends before it starts: {start.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} … {end.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}.", "Swap the two; the end is not included.");
        if (request.Only.FirstOrDefault(x => x is not ("extract" or "load" or "build" or "check")) is { } phase)
            throw new UsageException($"There is no phase '{phase}'.", "There are: extract, load, build, check.");
        await AuditAsync("run", Describe(request), ct);
        return await desk.Queue.AskAsync(request, who, ct);
    }

    /// <summary>Runs the same interval again from what has landed, without asking the sources.</summary>
    public async Task<string> AgainAsync(string runId, RunRequest like, CancellationToken ct)
    {
        var run = await FindAsync(runId, ct);
        var asked = (await desk.Store.AskedAsync(run.RunId, ct))?.Request;
        var request = like with { Selector = asked?.Selector ?? run.Pipeline, Pipeline = run.Pipeline, From = run.Interval.Start, To = run.Interval.End, FullRefresh = asked?.FullRefresh ?? false, Only = Landed };
        if (request.From >= request.To)
            request = request with { From = null, To = null };
        return (await RunAsync(request, ct))[0];
    }

    /// <summary>Ends a run that waits or works.</summary>
    public async Task CancelAsync(string runId, CancellationToken ct)
    {
        var run = await FindAsync(runId, ct);
        await AuditAsync("cancel", run.RunId, ct);
        if (!desk.Queue.Cancel(run.RunId) && !await desk.Store.CancelElsewhereAsync(run.RunId, who, desk.Clock.GetUtcNow(), ct))
            throw new UsageException($"Run {run.RunId} is not running.", $"It is {run.State.ToString().ToLowerInvariant()}.");
    }

    /// <summary>Asks for a run of each day that is not run yet, behind all fresh runs; a day is one in the pipeline's time zone.</summary>
    public async Task<IReadOnlyList<string>> BackfillAsync(string pipeline, IReadOnlyList<DateOnly> days, CancellationToken ct)
    {
        var found = PipelinesApi.Find(desk, pipeline);
        if (days.Count is 0 or > 400)
            throw new UsageException(days.Count == 0 ? "No day was chosen." : $"{days.Count} days are more than 400 at once.", "Choose days in the calendar, or use: cartage backfill A..B");
        foreach (var day in days)
            RunArguments.RefuseEnds($"{day:yyyy-MM-dd}", day.Year);
        List<string> ids = [];
        foreach (var day in days.Distinct().Order())
            ids.AddRange(await RunAsync(new RunRequest(pipeline) { From = Days.Start(day, found.TimeZone), To = Days.Start(day.AddDays(1), found.TimeZone), Behind = true }, ct));
        return ids;
    }

    /// <summary>Stops a pipeline from running by itself, or lets it again.</summary>
    public async Task PauseAsync(string pipeline, bool paused, CancellationToken ct)
    {
        PipelinesApi.Find(desk, pipeline);
        await AuditAsync(paused ? "pause" : "resume", pipeline, ct);
        await desk.Store.SetAsync(pipeline, paused, who, desk.Clock.GetUtcNow(), ct);
    }

    /// <summary>Sets columns of rows in quarantine to new text and marks the rows to be tried again.</summary>
    public async Task<long> FixAsync(Feed feed, IReadOnlyList<Guid> rows, IReadOnlyDictionary<string, string?> values, CancellationToken ct)
    {
        if (values.Keys.FirstOrDefault(x => feed.Columns.All(c => c.Name != x)) is { } unknown)
            throw new UsageException($"Feed '{feed.Name}' has no column '{unknown}'.", Projects.Spelling.Suggest(unknown, feed.Columns.Select(x => x.Name)));
        await AuditAsync("quarantine fix", $"{feed.Pipeline}.{feed.Name}: {Opened.Count(rows.Count, "row")}, {string.Join(", ", values.Keys)}", ct);
        return await ChangeAsync(connection => QuarantineTable.FixAsync(connection, desk.Workspace.Warehouse.Dialect, feed, Which(rows), values, ct), ct);
    }

    /// <summary>Marks rows in quarantine: <c>fixed</c> to be tried again as they are, <c>discarded</c> to stay out, <c>open</c> to undo either.</summary>
    public async Task<long> MarkAsync(Feed feed, IReadOnlyList<Guid> rows, string status, CancellationToken ct)
    {
        if (status is not ("fixed" or "discarded" or "open"))
            throw new UsageException($"There is no status '{status}'.", "There are: fixed, discarded, open.");
        await AuditAsync($"quarantine {status}", $"{feed.Pipeline}.{feed.Name}: {Opened.Count(rows.Count, "row")}", ct);
        return await ChangeAsync(connection => QuarantineTable.MarkAsync(connection, desk.Workspace.Warehouse.Dialect, feed, Which(rows), status, ct), ct);
    }

    /// <summary>Runs the pipeline with the mended rows of a feed.</summary>
    public async Task<IReadOnlyList<string>> ReleaseAsync(Feed feed, CancellationToken ct)
    {
        await AuditAsync("quarantine release", $"{feed.Pipeline}.{feed.Name}", ct);
        return await RunAsync(new($"{feed.Pipeline}.*"), ct);
    }

    /// <summary>Adds a user or changes one.</summary>
    public async Task SetUserAsync(string name, Role role, string? password, CancellationToken ct)
    {
        await AuditAsync("user", $"{name}: {role.ToString().ToLowerInvariant()}{(password is null ? "" : ", a new password")}", ct);
        await desk.Accounts.SetAsync(name, role, password, ct);
    }

    /// <summary>Makes a link that lets a user in once.</summary>
    public async Task<string> LinkAsync(string name, CancellationToken ct)
    {
        var user = desk.Accounts.Find(name) ?? throw new UsageException($"There is no user '{name}'.") { NamesNothing = true };
        await AuditAsync("link", user.Name, ct);
        return await desk.EntryForAsync(user.Name, ct);
    }

    /// <summary>Removes a user with sessions and tokens.</summary>
    public async Task RemoveUserAsync(string name, CancellationToken ct)
    {
        await AuditAsync("user removed", name, ct);
        await desk.Accounts.RemoveAsync(name, ct);
    }

    /// <summary>Makes a token for oneself and returns what to send.</summary>
    public async Task<(Token Token, string Secret)> CreateTokenAsync(string name, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken ct)
    {
        if (name.Length is 0 or > 100)
            throw new UsageException("A token needs a name of up to 100 characters.", "Say what it is for.");
        var user = desk.Accounts.Find(who) ?? throw new UsageException($"There is no user '{who}'.");
        await AuditAsync("token", $"{name}: {string.Join(' ', scopes)}", ct);
        return await desk.Accounts.Tokens.CreateAsync(user, name, scopes, lifetime, ct);
    }

    /// <summary>Ends a token: one's own, or any when one may administer.</summary>
    public async Task RevokeTokenAsync(string id, bool any, CancellationToken ct)
    {
        if (!any && desk.Accounts.Tokens.All.FirstOrDefault(x => x.Id == id)?.User != who)
            throw new UsageException($"There is no token '{id}' of yours.") { NamesNothing = true };
        await AuditAsync("token revoked", id, ct);
        await desk.Accounts.Tokens.RevokeAsync(id, ct);
    }

    Task AuditAsync(string what, string detail, CancellationToken ct) => desk.Accounts.Audit.WriteAsync(who, what, detail, from, ct);

    async Task<RunResult> FindAsync(string runId, CancellationToken ct) => await desk.Store.GetRunAsync(runId, ct) ?? throw new UsageException($"There is no run '{runId}', or several begin so.") { NamesNothing = true };

    async Task<long> ChangeAsync(Func<System.Data.Common.DbConnection, Task<long>> change, CancellationToken ct)
    {
        await using var connection = await desk.Workspace.Warehouse.OpenAsync(ct);
        return await desk.Workspace.AloneAsync(_ => change(connection), ct);
    }

    static string Which(IReadOnlyList<Guid> rows) => rows.Count is 0 or > 1000 ? throw new UsageException("Choose between 1 and 1,000 rows.") : $"_id IN ({string.Join(", ", rows.Select(x => $"'{x}'"))})";

    static string Describe(RunRequest request) => string.Join(' ', new[]
    {
        request.Selector ?? "everything",
        request.From is { } start ? $"from {start.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : null,
        request.To is { } end ? $"to {end.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : null,
        request.FullRefresh ? "full refresh" : null,
        request.Only.Count > 0 ? $"only {string.Join(',', request.Only)}" : null,
        request.Accept.Count > 0 ? $"accepting {string.Join(',', request.Accept)}" : null,
        request.SetAside.Count > 0 ? $"setting aside {string.Join(',', request.SetAside)}" : null,
    }.OfType<string>());
}
