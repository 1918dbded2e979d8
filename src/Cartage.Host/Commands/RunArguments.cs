using System.CommandLine;
using System.Globalization;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Commands;

/// <summary>The options of the verbs that run something, and the request they make.</summary>
sealed class RunArguments
{
    static readonly string[] Phases = ["extract", "load", "build", "check"];

    readonly Argument<string?> _selector = Common.Selector();
    readonly Option<string?> _from = new("--from") { Description = "Start of the interval: 2016-01-01, or with a time; a bare date is midnight in the pipeline's time zone", HelpName = "time" };
    readonly Option<string?> _to = new("--to") { Description = "End of the interval, which it does not include", HelpName = "time" };
    readonly Option<bool> _fullRefresh = new("--full-refresh") { Description = "Build every table anew from what has landed" };
    readonly Option<string[]> _only = new("--only") { Description = "Some phases only, with commas between", HelpName = "extract,load,build,check", DefaultValueFactory = _ => [] };
    readonly Option<int?> _limit = new("--limit") { Description = "Load at most so many objects of each feed, the oldest first; the rest waits for the next run", HelpName = "n" };
    readonly Option<string[]> _accept = new("--accept") { Description = "Let this check of a table fail once", HelpName = "check", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _setAside = new("--set-aside") { Description = "Send the rows that break this rule of a feed to the quarantine, once: feed, feed.column or feed.column.rule", HelpName = "rule", DefaultValueFactory = _ => [] };
    readonly Option<string?> _env = Common.Env();
    readonly Option<string[]> _var = Common.Var();

    public IReadOnlyList<Symbol> Symbols => [_selector, _from, _to, _fullRefresh, _only, _limit, _env, _var, _accept, _setAside];

    /// <summary>The symbols of a verb that takes a selector and a project only.</summary>
    public IReadOnlyList<Symbol> Few => [_selector, _env, _var, _accept];

    /// <summary>The project, or none when it has mistakes.</summary>
    public Task<Project?> LoadAsync(Invocation on, CancellationToken ct) => on.LoadAsync(on.Value(_env), on.Value(_var) ?? [], ct);

    public RunRequest Request(Invocation on, Project project)
    {
        var zone = Zone(project);
        var (from, to) = (Instant("--from", on.Value(_from), zone), Instant("--to", on.Value(_to), zone));
        return from >= to
            ? throw new UsageException($"The interval ends before it starts: --from {on.Value(_from)} --to {on.Value(_to)}.", "Swap the two; the end is not included.")
            : new RunRequest(on.Value(_selector))
            {
                From = from,
                To = to,
                FullRefresh = on.Value(_fullRefresh),
                Only = Chosen(on.Value(_only) ?? []),
                Limit = Limit(on),
                Accept = Known(_accept.Name, on.Value(_accept), () => RuleNames.Checks(project), () => RuleNames.Rules(project), "a feed's rule cannot be accepted: --set-aside {0} sends its rows to the quarantine."),
                SetAside = Known(_setAside.Name, on.Value(_setAside), () => RuleNames.Rules(project), () => RuleNames.Checks(project), "a check on a table has no rows to set aside: --accept {0} lets it fail once."),
            };
    }

    /// <summary>The zone of bare dates: the one its pipelines share, since one invocation has one interval.</summary>
    public static TimeZoneInfo Zone(Project project) => project.Pipelines.Select(x => x.TimeZone).Distinct().ToList() is [var only] ? only : TimeZoneInfo.Utc;

    /// <summary>An instant as typed; a bare date is midnight in <paramref name="zone"/>.</summary>
    public static DateTimeOffset? Instant(string name, string? text, TimeZoneInfo zone)
    {
        if (text is null)
            return null;
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            throw new UsageException($"{name} {text}: not a date or time.", "Write 2016-01-31, 2016-01-31T06:00 or 2016-01-31T06:00:00Z.");
        RefuseEnds($"{name} {text}", time.Year);
        return time.Kind == DateTimeKind.Unspecified ? Utc(time, zone) : new DateTimeOffset(time).ToUniversalTime();
    }

    /// <summary>Refuses a year from which zones and overlaps cannot be taken off, or to which they cannot be added.</summary>
    public static void RefuseEnds(string what, int year)
    {
        if (year is < 1900 or > 9000)
            throw new UsageException($"{what}: its year is not between 1900 and 9000.", "Leave '--from' out to begin where the pipeline does, and '--to' to go on until now.");
    }

    /// <summary>The instant of a zone's clock time.</summary>
    public static DateTimeOffset Utc(DateTime time, TimeZoneInfo zone) => new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUniversalTime();

    int? Limit(Invocation on) =>
        on.Value(_limit) switch
        {
            < 1 => throw new UsageException($"--limit {on.Value(_limit)}: it must be 1 or more."),
            not null when on.Value(_fullRefresh) => throw new UsageException("--limit with --full-refresh would build tables from a part of what has landed.", "Leave one of them out."),
            var limit => limit,
        };

    static HashSet<string> Known(string option, string[]? typed, Func<IReadOnlyList<string>> names, Func<IReadOnlyList<string>> others, string otherwise)
    {
        if (typed is null or [])
            return [];
        var known = names();
        foreach (var name in typed.Except(known))
            throw others().Contains(name)
                ? new UsageException($"{option} {name}: {string.Format(CultureInfo.InvariantCulture, otherwise, name)}")
                : new UsageException($"{option} {name}: there is no such check.", Spelling.Suggest(name, known) ?? "A check is named as a run names it: table.column.check, or a feed, feed.column or feed.column.rule to set aside.");
        return [.. typed];
    }

    static HashSet<string> Chosen(string[] typed)
    {
        var phases = typed.SelectMany(x => x.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        return phases.FirstOrDefault(x => !Phases.Contains(x)) is { } unknown
            ? throw new UsageException($"--only {unknown}: there is no such phase.", Spelling.Suggest(unknown, Phases) ?? $"There are: {string.Join(", ", Phases)}.")
            : phases;
    }
}
