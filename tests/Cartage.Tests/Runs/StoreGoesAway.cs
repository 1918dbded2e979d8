using Cartage.Connectors.Warehouses;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Runs;

/// <summary>A run store on a PostgreSQL server that is not always there.</summary>
public sealed class StoreGoesAway
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task What_happens_while_the_server_is_started_again_is_written_down_when_it_is_back()
    {
        PostgresServer.SkipWithout();
        await using var server = await PostgresServer.StartAsync();
        await using var store = await RunStore.OpenAsync(PostgresRunStore.Open(server.Url("postgres"), "cartage_state", "shop", null), TimeProvider.System, Never);
        await store.SaveAsync(Run(RunState.Running), Never);
        await server.StopAsync(immediate: true);

        store.Add(new(DateTimeOffset.UnixEpoch, "a", "load", "orders", RunState.Succeeded, "3 rows"));
        var gone = await Assert.ThrowsAsync<PipelineException>(() => store.GetRunAsync("a", Never));
        Assert.True(gone.IsTransient);
        Assert.Contains("the run store", gone.Message, StringComparison.Ordinal);
        var saving = store.SaveAsync(Run(RunState.Succeeded), Never);
        await server.StartAgainAsync();
        await saving;

        Assert.Equal(RunState.Succeeded, (await store.GetRunAsync("a", Never))!.State);
        Assert.Equal("3 rows", Assert.Single(await store.LogAsync("a", 0, Never)).Event.Message);
    }

    static RunResult Run(RunState state) => new("a", "shop", state, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, TimeSpan.Zero);
}
