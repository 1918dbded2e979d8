using Cartage.Connectors.Warehouses;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Tests.Web;
using Cartage.Warehouses;

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

    [Fact]
    public async Task A_run_that_ends_meanwhile_is_published_once_and_written_down_later()
    {
        PostgresServer.SkipWithout();
        await using var server = await PostgresServer.StartAsync();
        using var project = new TestProject()
            .Write("project.yml", $"name: shop\nstate: {{ type: postgres, url: \"{server.Url("postgres")}\" }}\n")
            .Write("pipelines/shop/pipeline.yml", "owner: ann\n")
            .Write("pipelines/shop/feeds/program.yml", "command: [sh, export.sh]\nfeeds:\n  things:\n    key: [id]\n    columns: { id: { type: integer, required: true } }\n")
            .Write("export.sh", "touch began\nwhile [ ! -f go ] && [ -f began ]; do sleep 0.1; done\necho '{\"id\":1}'\n");
        await using var served = await Served.StartAsync(project.Root);
        served.Forgives = "the run store";
        using var program = await served.ProgramAsync();
        await program.GetAsync("/api/pipelines", Never); // has the API's document, which asks the store who wants it
        var run = (await served.Desk.Queue.AskAsync(new("shop.*"), "ann", Never))[0];
        await Wait.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(project.Root, "began"))));
        await server.StopAsync(immediate: true);
        project.Write("go", "");
        await Wait.UntilAsync(async () => await served.Desk.Workspace.PublishedAsync(run, Never) is not null);
        var answer = await program.GetAsync($"/api/runs/{run}", Never);
        Assert.False(answer.IsSuccessStatusCode);
        Assert.Contains("the run store", await answer.Content.ReadAsStringAsync(Never), StringComparison.Ordinal);
        await server.StartAgainAsync();

        await Wait.UntilAsync(async () => (await program.GetAsync($"/api/runs/{run}", Never)) is { IsSuccessStatusCode: true } found && (await found.Content.ReadAsStringAsync(Never)).Contains("succeeded", StringComparison.Ordinal));
        await using var connection = await served.Desk.Workspace.Warehouse.OpenAsync(Never);
        Assert.Equal(1, await connection.ScalarAsync<long>("SELECT count(*) FROM cartage.outcomes", Never));
        Assert.Contains("the run store", served.Problems, StringComparison.Ordinal);
    }

    static RunResult Run(RunState state) => new("a", "shop", state, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, TimeSpan.Zero);
}
