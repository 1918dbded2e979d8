using System.Data.Common;
using System.Globalization;
using Cartage.Warehouses;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>What no row that is committed later can have as its change time, provided that change times are the server's and no later than the commit.</summary>
/// <param name="At">The bound.</param>
/// <param name="IsCertain">Whether the server let us see every open transaction.</param>
/// <param name="Notes">What a person should know.</param>
sealed record SafeBound(DateTimeOffset At, bool IsCertain, IReadOnlyList<string> Notes)
{
    /// <summary>How far a window begins before its bookmark where the bound is not certain and nobody said.</summary>
    public static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(1);

    /// <summary>What a row that is committed later is dated no earlier than, as far as anyone can tell.</summary>
    public DateTimeOffset Earliest => IsCertain ? At : At - DefaultOverlap;

    /// <summary>Asks the server; before the snapshot, so that whatever commits in between is in both.</summary>
    public static async Task<SafeBound> ReadAsync(DbConnection connection, PostgresSourceOptions options, CancellationToken ct)
    {
        var (clock, standby, replayed, sees) = (await connection.QueryAsync(
            "SELECT clock_timestamp(), pg_is_in_recovery(), pg_last_xact_replay_timestamp(), pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')",
            r => (Time(r.GetDateTime(0)), r.GetBoolean(1), r.IsDBNull(2) ? (DateTimeOffset?)null : Time(r.GetDateTime(2)), r.GetBoolean(3)), ct))[0];
        if (standby)
            return new(Earlier(clock, replayed ?? clock) - options.Margin, false, ["the server is a standby, which does not know the transactions open on its primary: windows overlap instead"]);
        if (!sees)
            return new(clock - options.Margin, false, [$"the user may not see other users' transactions: windows overlap instead (GRANT pg_read_all_stats TO {await connection.ScalarAsync<string>("SELECT quote_ident(current_user)", ct)} makes them exact)"]);
        return await SeeingAsync(connection, clock, options, ct);
    }

    static async Task<SafeBound> SeeingAsync(DbConnection connection, DateTimeOffset clock, PostgresSourceOptions options, CancellationToken ct)
    {
        var horizon = clock - options.MaxHold;
        var open = await connection.QueryAsync(
            $"""
            SELECT xact_start, pid, coalesce(usename, ''), coalesce(application_name, ''), coalesce(state, '') FROM pg_stat_activity
            WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database() AND backend_type NOT IN ('autovacuum worker', 'parallel worker', 'walsender')
              AND NOT starts_with(coalesce(application_name, ''), '{PostgresAddress.ApplicationPrefix}')
            """,
            r => (Start: Time(r.GetDateTime(0)), Who: $"process {r.GetInt32(1).ToString(CultureInfo.InvariantCulture)} of '{r.GetString(2)}' ({string.Join(", ", new[] { r.GetString(3), r.GetString(4) }.Where(x => x.Length > 0))})"), ct);
        // When a prepared transaction began is not known, only when it was prepared: no earlier than max_hold before, or it would not be waited for.
        var prepared = await connection.QueryAsync(
            "SELECT prepared, gid FROM pg_prepared_xacts WHERE database = current_database()",
            r => (Start: Time(r.GetDateTime(0)), Who: $"the prepared transaction '{r.GetString(1)}'"), ct);
        List<string> notes = [.. open.Concat(prepared).Where(x => x.Start < horizon).Select(x => $"{x.Who} is open since {x.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, longer than max_hold: what it commits late may be missed")];
        var bound = open.Select(x => x.Start).Where(s => s >= horizon)
            .Concat(prepared.Select(x => x.Start).Where(s => s >= horizon).Select(s => s - options.MaxHold))
            .Aggregate(clock, Earlier);
        return new(bound - options.Margin, true, notes);
    }

    static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    static DateTimeOffset Time(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
