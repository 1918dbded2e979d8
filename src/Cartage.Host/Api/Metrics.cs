using System.Globalization;
using System.Text;
using Cartage.Host.Serving;
using Cartage.Warehouses;

namespace Cartage.Host.Api;

/// <summary>Figures in Prometheus' text format, version 0.0.4.</summary>
static class Metrics
{
    public static async Task<string> WriteAsync(Desk desk, CancellationToken ct)
    {
        var sql = $"""
            SELECT pipeline, state, count(*), sum(took_ms) / 1000, max({string.Format(null, desk.Store.Dialect.EpochMicros, "started_at")} / 1e6 + took_ms / 1000)
            FROM runs WHERE seq IN (SELECT max(seq) FROM runs GROUP BY run) GROUP BY pipeline, state ORDER BY pipeline, state
            """;
        var runs = await desk.Store.UseAsync(x => x.QueryAsync(sql, r => (Labels: $"{{pipeline=\"{Escape(r.GetString(0))}\",state=\"{r.GetString(1)}\"}}", Count: (double)r.GetInt64(2), Seconds: r.GetDouble(3), Last: r.GetDouble(4)), ct), ct);
        StringBuilder text = new();
        Family(text, "cartage_runs", "gauge", "Runs in the history by pipeline and how they stand.", runs.Select(x => (x.Labels, x.Count)));
        Family(text, "cartage_run_seconds_sum", "gauge", "Seconds those runs took in all.", runs.Select(x => (x.Labels, x.Seconds)));
        Family(text, "cartage_run_last_ended_timestamp_seconds", "gauge", "When the newest of those runs ended.", runs.Select(x => (x.Labels, x.Last)));
        Family(text, "cartage_tasks_total", "counter", "Tasks that ended since the server started, by kind and how.", desk.Counters.Tasks.Select(x => ($"{{kind=\"{x.Kind}\",state=\"{x.State}\"}}", (double)x.Count)));
        Family(text, "cartage_runs_waiting", "gauge", "Runs that wait for their turn or work.", [("", desk.Queue.Open)]);
        Family(text, "cartage_http_requests_total", "counter", "Requests answered, by status.", desk.Counters.Requests.Select(x => ($"{{status=\"{x.Status}\"}}", (double)x.Count)));
        Family(text, "process_resident_memory_bytes", "gauge", "Memory the process holds.", [("", Environment.WorkingSet)]);
        Family(text, "process_uptime_seconds", "gauge", "Seconds since the server started.", [("", desk.Clock.GetElapsedTime(desk.Counters.Began).TotalSeconds)]);
        return text.ToString();
    }

    static void Family(StringBuilder text, string name, string type, string help, IEnumerable<(string Labels, double Value)> values)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, value) in values)
            text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    static string Escape(string label) => label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
