using System.Text.Json;
using System.Text.Json.Serialization;
using Cartage.Ingest;
using Cartage.Storage;

namespace Cartage.Runs;

/// <summary>A check's outcome as the report keeps it.</summary>
public sealed record ReportedCheck(string Name, string Table, string Severity, bool Passed, bool Accepted, long Failing, string? Message, IReadOnlyList<string> Samples);

/// <summary>Rows that broke the same rules.</summary>
public sealed record ReportedReason(string Feed, string Rules, long Rows, string Example);

/// <summary>All a quality report shows, as its JSON.</summary>
public sealed record ReportData(
    string Run, string Pipeline, RunState State, DateTimeOffset IntervalStart, DateTimeOffset IntervalEnd, DateTimeOffset StartedAt, double TookMs, string? Message, string? Hint,
    IReadOnlyList<RowEquation> Equations, IReadOnlyList<ReportedReason> SetAside, IReadOnlyList<ReportedReason> Rejected, IReadOnlyList<string> Warnings, IReadOnlyList<ReportedCheck> Checks, IReadOnlyList<TableProfile> Tables, IReadOnlyList<TaskResult> Tasks);

/// <summary>The page and the JSON that every run leaves in the reports zone.</summary>
public static class QualityReport
{
    /// <summary>Whether an object is part of a report.</summary>
    public static bool Is(string key) => key.EndsWith("/quality.html", StringComparison.Ordinal) || key.EndsWith("/quality.json", StringComparison.Ordinal);

    /// <summary>What a run has to show.</summary>
    public static ReportData Describe(
        RunResult run, IReadOnlyList<TableProfile> profiles, IReadOnlyDictionary<string, IReadOnlyList<(string Rules, long Rows, string Example)>>? setAside = null,
        IReadOnlyDictionary<string, IReadOnlyList<(string Rules, long Rows, string Example)>>? rejected = null) =>
        new(
            run.RunId, run.Pipeline, run.State, run.Interval.Start, run.Interval.End, run.StartedAt, run.Took.TotalMilliseconds, run.Message, run.Hint, run.Equations,
            Reasons(setAside), Reasons(rejected), run.Warnings,
            [.. run.Checks.Select(c => new ReportedCheck(c.Check.Name, c.Table, c.Check.Severity.ToString().ToLowerInvariant(), c.Passed, c.Accepted, c.Failing, c.Message, c.Samples))],
            profiles, run.Tasks);

    /// <summary>Writes both under the interval's date and returns the page's path.</summary>
    public static async Task<string> WriteAsync(IObjectStore reports, RunStore history, ReportData data, CancellationToken ct)
    {
        var folder = Folder(data.Pipeline, data.IntervalEnd, data.Run);
        var before = await PreviousAsync(reports, history, data, ct);
        await reports.PutAsync(folder + "/quality.json", new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(data, ReportJson.Default.ReportData)), ct);
        await reports.PutAsync(folder + "/quality.html", new MemoryStream(System.Text.Encoding.UTF8.GetBytes(ReportHtml.Render(data, before))), ct);
        return $"{reports}/{folder}/quality.html";
    }

    /// <summary>What a run's report shows; nothing where there is none.</summary>
    public static Task<ReportData?> ReadAsync(IObjectStore reports, RunResult run, CancellationToken ct) => ReadAsync(reports, Folder(run) + "/quality.json", ct);

    /// <summary>A report as a page.</summary>
    public static byte[] Page(ReportData report) => System.Text.Encoding.UTF8.GetBytes(ReportHtml.Render(report, null));

    /// <summary>A report as its JSON.</summary>
    public static byte[] Json(ReportData report) => JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.ReportData);

    static string Folder(RunResult run) => Folder(run.Pipeline, run.Interval.End, run.RunId);

    static string Folder(string pipeline, DateTimeOffset end, string run) => ObjectKey.Of(pipeline, end.UtcDateTime.ToString("yyyy-MM-dd", null), run);

    static async Task<bool> HasAsync(IObjectStore reports, string key, CancellationToken ct)
    {
        await foreach (var item in reports.ListAsync(key, ct))
            return item.Key == key;
        return false;
    }

    static async Task<ReportData?> ReadAsync(IObjectStore reports, string key, CancellationToken ct)
    {
        if (!await HasAsync(reports, key, ct))
            return null;
        using var copy = await reports.FetchAsync(key, ct);
        await using var file = File.OpenRead(copy.Path);
        try
        {
            return await JsonSerializer.DeserializeAsync(file, ReportJson.Default.ReportData, ct);
        }
        catch (JsonException)
        {
            return null; // whoever has the zone may have changed it
        }
    }

    static IReadOnlyList<ReportedReason> Reasons(IReadOnlyDictionary<string, IReadOnlyList<(string Rules, long Rows, string Example)>>? byFeed) =>
        byFeed is null ? [] : [.. byFeed.SelectMany(f => f.Value.Select(r => new ReportedReason(f.Key, string.Join(", ", r.Rules.Split(',').Distinct()), r.Rows, r.Example)))];

    // The run before that published something; where that is long ago, there is nothing to compare with.
    static async Task<ReportData?> PreviousAsync(IObjectStore reports, RunStore history, ReportData run, CancellationToken ct)
    {
        var published = new RunFilter(20, run.Pipeline, [RunState.Succeeded, RunState.Quarantined], Before: run.Run, Brief: true);
        return (await history.ListRunsAsync(published, ct)).FirstOrDefault(r => r.Report is not null) is { } before ? await ReadAsync(reports, before, ct) : null;
    }
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReportData))]
sealed partial class ReportJson : JsonSerializerContext;
