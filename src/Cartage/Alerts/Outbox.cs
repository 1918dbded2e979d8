using System.Text.Json;
using System.Text.Json.Serialization;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Alerts;

/// <summary>A notice that is to go through a connection; <paramref name="Repeats"/> is how often it was left unsaid.</summary>
public sealed record Outgoing(long Seq, string Via, Notice Notice, DateTimeOffset At, int Repeats);

/// <summary>Notices on their way, in the run store: rows are only inserted, one when a notice is put and one when it is done with.</summary>
public sealed class Outbox(RunStore store, TimeProvider clock)
{
    const string Tables = """
        CREATE TABLE IF NOT EXISTS notices (seq BIGINT, via VARCHAR, key VARCHAR, body VARCHAR, "at" TIMESTAMP);
        CREATE TABLE IF NOT EXISTS notices_done (seq BIGINT, outcome VARCHAR, message VARCHAR, "at" TIMESTAMP);
        """;

    /// <summary>Puts a notice for a connection; one that says the same as another within <paramref name="repeat"/> is counted and not sent.</summary>
    public Task PutAsync(Notice notice, string via, TimeSpan repeat, CancellationToken ct) =>
        store.ChangeAsync(Tables, async x =>
        {
            var (now, body) = (clock.GetUtcNow().UtcDateTime, JsonSerializer.Serialize(notice, AlertJson.Default.Notice));
            if (await x.ScalarAsync<long>("SELECT count(*) FROM notices WHERE via = $via AND body = $body", ct, ("via", via), ("body", body)) > 0)
                return 0; // whoever put it was gone before it could note that
            var again = await x.ScalarAsync<long>(
                """
                SELECT count(*) FROM notices n WHERE n.via = $via AND n.key = $key AND n."at" > $since AND NOT EXISTS (SELECT 1 FROM notices_done d WHERE d.seq = n.seq AND d.outcome <> 'sent')
                """, ct, ("via", via), ("key", notice.Key), ("since", now - repeat)) > 0;
            await x.ExecuteAsync("INSERT INTO notices SELECT coalesce(max(seq), 0) + 1, $via, $key, $body, $at FROM notices", ct, ("via", via), ("key", notice.Key), ("body", body), ("at", now));
            return again ? await x.ExecuteAsync("INSERT INTO notices_done SELECT max(seq), 'repeated', '', $at FROM notices", ct, ("at", now)) : 0;
        }, ct);

    /// <summary>What is still to be sent, oldest first.</summary>
    public Task<List<Outgoing>> OpenAsync(CancellationToken ct) =>
        store.UseAsync(Tables, x => x.QueryAsync(
            """
            SELECT n.seq, n.via, n.body, n."at",
              (SELECT count(*) FROM notices p JOIN notices_done d ON d.seq = p.seq AND d.outcome = 'repeated' WHERE p.via = n.via AND p.key = n.key AND p.seq < n.seq
                 AND p.seq > coalesce((SELECT max(s.seq) FROM notices s JOIN notices_done e ON e.seq = s.seq AND e.outcome = 'sent' WHERE s.via = n.via AND s.key = n.key), 0))
            FROM notices n WHERE NOT EXISTS (SELECT 1 FROM notices_done d WHERE d.seq = n.seq) ORDER BY n.seq LIMIT 500
            """,
            r => new Outgoing(r.GetInt64(0), r.GetString(1), JsonSerializer.Deserialize(r.GetString(2), AlertJson.Default.Notice)!, new(DateTime.SpecifyKind(r.GetDateTime(3), DateTimeKind.Utc)), (int)r.GetInt64(4)), ct), ct);

    /// <summary>Writes down that notices are done with: <c>sent</c> or <c>given up</c>.</summary>
    public Task DoneAsync(IReadOnlyList<Outgoing> notices, string outcome, string message, CancellationToken ct) =>
        store.ChangeAsync(Tables, async x =>
        {
            foreach (var notice in notices)
                await x.ExecuteAsync("INSERT INTO notices_done VALUES ($seq, $outcome, $message, $at)", ct, ("seq", notice.Seq), ("outcome", outcome), ("message", message), ("at", clock.GetUtcNow().UtcDateTime));
            return 0;
        }, ct);

    /// <summary>Forgets what was done with before an instant.</summary>
    public Task<long> ForgetAsync(DateTimeOffset before, CancellationToken ct) =>
        store.ChangeAsync(Tables, async x =>
        {
            var gone = await x.ExecuteAsync("""DELETE FROM notices WHERE "at" < $before AND seq IN (SELECT seq FROM notices_done) AND seq < (SELECT max(seq) FROM notices)""", ct, ("before", before.UtcDateTime));
            await x.ExecuteAsync("DELETE FROM notices_done WHERE seq NOT IN (SELECT seq FROM notices)", ct);
            return gone;
        }, ct);
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Notice))]
sealed partial class AlertJson : JsonSerializerContext;
