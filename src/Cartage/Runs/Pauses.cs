using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Which pipelines do not run by themselves for now, who said so and when; rows are only ever inserted, the newest of a pipeline holds.</summary>
public static class Pauses
{
    const string Tables = "CREATE TABLE IF NOT EXISTS pauses (seq BIGINT, pipeline VARCHAR, paused BOOLEAN, \"by\" VARCHAR, \"at\" TIMESTAMP)";

    /// <summary>Pauses a pipeline's schedule and triggers, or lets them go on.</summary>
    public static Task SetAsync(this RunStore store, string pipeline, bool paused, string by, DateTimeOffset at, CancellationToken ct) =>
        store.ChangeAsync(Tables, x => x.ExecuteAsync("INSERT INTO pauses SELECT coalesce(max(seq), 0) + 1, $pipeline, $paused, $by, $at FROM pauses", ct, ("pipeline", pipeline), ("paused", paused), ("by", by), ("at", at.UtcDateTime)), ct);

    /// <summary>The pipelines that are paused.</summary>
    public static async Task<IReadOnlySet<string>> PausedAsync(this RunStore store, CancellationToken ct) =>
        (await store.UseAsync(Tables, x => x.QueryAsync($"SELECT pipeline FROM pauses GROUP BY pipeline HAVING {store.Dialect.Latest("paused", "seq")}", Name, ct), ct)).ToHashSet();

    static string Name(DbDataReader r) => r.GetString(0);
}
