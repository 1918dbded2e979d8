using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Access;

/// <summary>Who did what, when and from where; only ever added to.</summary>
sealed class AuditLog(RunStore store, TimeProvider clock)
{
    public Task WriteAsync(string who, string what, string detail, string from, CancellationToken ct) =>
        store.ChangeAsync(x => x.ExecuteAsync(
            "INSERT INTO audit SELECT coalesce(max(seq), 0) + 1, $at, $who, $what, $detail, $from FROM audit", ct,
            ("at", clock.GetUtcNow().UtcDateTime), ("who", who), ("what", what), ("detail", detail), ("from", from)), ct);

    /// <summary>The newest entries before a position, newest first.</summary>
    public Task<List<AuditEntry>> ListAsync(int limit, long before, CancellationToken ct) =>
        store.UseAsync(x => x.QueryAsync(
            "SELECT seq, \"at\", who, what, detail, \"from\" FROM audit WHERE seq < $before ORDER BY seq DESC LIMIT $limit",
            r => new AuditEntry(r.GetInt64(0), new(DateTime.SpecifyKind(r.GetDateTime(1), DateTimeKind.Utc)), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5)),
            ct, ("before", before), ("limit", (long)limit)), ct);
}
