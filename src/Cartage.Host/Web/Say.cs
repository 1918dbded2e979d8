using System.Globalization;
using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>Values in the words of the pages.</summary>
static class Say
{
    public static string Number(long? n) => n?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    public static string Count(long n, string noun) => Commands.Opened.Count(n, noun);

    /// <summary>To the millisecond below a second, then as people say it.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1 } => "0 ms",
        { TotalSeconds: < 1 } => $"{(int)span.TotalMilliseconds} ms",
        _ => Output.Cell.Duration(span),
    };

    /// <summary>A size in the unit that fits.</summary>
    public static string Bytes(long n) => n switch
    {
        < 1024 => $"{n} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{n / 1024.0:0.#} KB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{n / 1048576.0:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{n / 1073741824.0:0.##} GB"),
    };

    /// <summary>An instant in UTC.</summary>
    public static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>A day where it is midnight, else with the time.</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString(at.UtcDateTime.TimeOfDay == default ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary><c>3 minutes ago</c>, <c>in 2 hours</c>.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var span = (now - at).Duration();
        var text = span switch
        {
            { TotalSeconds: < 5 } => null,
            { TotalSeconds: < 90 } => $"{(int)span.TotalSeconds} seconds",
            { TotalMinutes: < 90 } => $"{(int)span.TotalMinutes} minutes",
            { TotalHours: < 36 } => $"{(int)Math.Round(span.TotalHours)} hours",
            _ => $"{(int)Math.Round(span.TotalDays)} days",
        };
        return text is null ? "just now" : at <= now ? text + " ago" : "in " + text;
    }

    public static string State(RunState state) => state.ToString().ToLowerInvariant();

    /// <summary>The colour's name in the style sheet.</summary>
    public static string Tone(RunState state) => state switch
    {
        RunState.Succeeded => "green",
        RunState.Quarantined => "yellow",
        RunState.Rejected => "orange",
        RunState.Failed => "red",
        RunState.Running => "blue",
        RunState.Queued => "azure",
        _ => "secondary",
    };

    /// <summary>The colour of what a check found: red is for what stops a run.</summary>
    public static string Tone(ReportedCheck check) => check.Passed ? "green" : check.Accepted || check.Severity == "warn" ? "yellow" : "red";

    /// <summary>A shape beside the colour, for eyes that do not tell colours apart.</summary>
    public static string Shape(RunState state) => state switch
    {
        RunState.Succeeded => "check",
        RunState.Quarantined => "aside",
        RunState.Rejected => "ban",
        RunState.Failed => "cross",
        RunState.Running => "play",
        RunState.Queued => "clock",
        RunState.Cancelled => "stop",
        _ => "dash",
    };

    public static bool IsOpen(RunState state) => state is RunState.Running or RunState.Queued;
}
