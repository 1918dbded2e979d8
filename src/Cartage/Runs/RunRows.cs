using System.Data.Common;
using System.Text.Json;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>How runs, requests and events are rows of a run store.</summary>
static class RunRows
{
    const int AtOnce = 100;

    public const string Columns = "run, pipeline, state, interval_start, interval_end, started_at, took_ms, message, hint, report";

    public const string EventColumns = "\"at\", run, kind, task, state, message";

    public static string Tables(RunDatabase database)
    {
        var collation = database.Dialect.Collation;
        return $"""
            CREATE TABLE IF NOT EXISTS runs (
              run VARCHAR{collation}, seq BIGINT, pipeline VARCHAR, state VARCHAR, interval_start TIMESTAMP, interval_end TIMESTAMP,
              started_at TIMESTAMP, took_ms DOUBLE PRECISION, message VARCHAR, hint VARCHAR, report VARCHAR, tasks VARCHAR, equations VARCHAR);
            CREATE TABLE IF NOT EXISTS logs (run VARCHAR{collation}, seq BIGINT, "at" TIMESTAMP, kind VARCHAR, task VARCHAR, state VARCHAR, message VARCHAR);
            CREATE TABLE IF NOT EXISTS requests (run VARCHAR{collation}, pipeline VARCHAR, request VARCHAR, "by" VARCHAR, "at" TIMESTAMP);
            CREATE TABLE IF NOT EXISTS marks (name VARCHAR, seq BIGINT);
            {database.Indexes}
            """;
    }

    public static Task InsertAsync(DbConnection connection, RunResult run, long seq, CancellationToken ct) =>
        connection.ExecuteAsync(
            "INSERT INTO runs VALUES ($run, $seq, $pipeline, $state, $start, $end, $started, $took, $message, $hint, $report, $tasks, $equations)",
            ct,
            ("run", run.RunId), ("seq", seq), ("pipeline", run.Pipeline), ("state", Text(run.State)),
            ("start", run.Interval.Start.UtcDateTime), ("end", run.Interval.End.UtcDateTime),
            ("started", run.StartedAt.UtcDateTime), ("took", run.Took.TotalMilliseconds),
            ("message", run.Message), ("hint", run.Hint), ("report", run.Report),
            ("tasks", JsonSerializer.Serialize(run.Tasks, RunJson.Default.IReadOnlyListTaskResult)),
            ("equations", JsonSerializer.Serialize(run.Equations, RunJson.Default.IReadOnlyListRowEquation)));

    public static Task<long> InsertAsync(DbConnection connection, AskedRun asked, CancellationToken ct) =>
        connection.ExecuteAsync(
            "INSERT INTO requests VALUES ($run, $pipeline, $request, $by, $at)", ct,
            ("run", asked.RunId), ("pipeline", asked.Pipeline), ("request", JsonSerializer.Serialize(asked.Request, RunJson.Default.RunRequest)), ("by", asked.By), ("at", asked.At.UtcDateTime));

    /// <summary>Numbers events after <paramref name="seq"/> and returns the last number.</summary>
    public static async Task<long> InsertAsync(DbConnection connection, RunEvent[] events, long seq, CancellationToken ct)
    {
        foreach (var batch in events.Chunk(AtOnce))
        {
            List<(string, object?)> parameters = [];
            var values = batch.Select((e, i) =>
            {
                parameters.AddRange([($"r{i}", e.RunId), ($"s{i}", ++seq), ($"a{i}", e.At.UtcDateTime), ($"k{i}", e.Kind), ($"t{i}", e.Task), ($"st{i}", Text(e.State)), ($"m{i}", e.Message)]);
                return $"($r{i}, $s{i}, $a{i}, $k{i}, $t{i}, $st{i}, $m{i})";
            });
            await connection.ExecuteAsync($"INSERT INTO logs VALUES {string.Join(", ", values.ToList())}", ct, [.. parameters]);
        }
        return seq;
    }

    /// <summary>A row of <see cref="Columns"/>, then tasks and equations unless brief.</summary>
    public static RunResult Run(DbDataReader r, bool brief) =>
        new(r.GetString(0), r.GetString(1), State(r.GetString(2)), new(Utc(r, 3), Utc(r, 4)), Utc(r, 5), TimeSpan.FromMilliseconds(r.GetDouble(6)))
        {
            Message = r.IsDBNull(7) ? null : r.GetString(7),
            Hint = r.IsDBNull(8) ? null : r.GetString(8),
            Report = r.IsDBNull(9) ? null : r.GetString(9),
            Tasks = brief ? [] : JsonSerializer.Deserialize(r.GetString(10), RunJson.Default.IReadOnlyListTaskResult)!,
            Equations = brief ? [] : JsonSerializer.Deserialize(r.GetString(11), RunJson.Default.IReadOnlyListRowEquation)!,
        };

    public static RunEvent Event(DbDataReader r) => new(Utc(r, 0), r.GetString(1), r.GetString(2), r.GetString(3), State(r.GetString(4)), r.GetString(5));

    public static AskedRun Asked(DbDataReader r) => new(r.GetString(0), r.GetString(1), JsonSerializer.Deserialize(r.GetString(2), RunJson.Default.RunRequest)!, r.GetString(3), Utc(r, 4));

    public static string Text(RunState state) => state.ToString().ToLowerInvariant();

    public static RunState State(string text) => Enum.Parse<RunState>(text, ignoreCase: true);

    static DateTimeOffset Utc(DbDataReader reader, int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));
}
