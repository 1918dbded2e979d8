namespace Cartage.Runs;

/// <summary>Which runs are wanted, newest first; <paramref name="Before"/> is a run id to go on after, <paramref name="Brief"/> leaves tasks and equations out.</summary>
public sealed record RunFilter(int Limit = 50, string? Pipeline = null, IReadOnlyList<RunState>? States = null, string? Before = null, bool Brief = false);

/// <summary>Writes down, in the commit that asks for a run, why; false where another run was asked for that already.</summary>
public delegate Task<bool> Mark(System.Data.Common.DbConnection store, string run, CancellationToken ct);

/// <summary>A run that was asked for and is not forgotten when the process ends: the request, who asked and when.</summary>
public sealed record AskedRun(string RunId, string Pipeline, RunRequest Request, string By, DateTimeOffset At);
