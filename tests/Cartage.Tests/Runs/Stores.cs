using Cartage.Runs;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Runs;

public sealed class StoreOnDuckDb : StoreConformance
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cartage-test-");

    protected override Task<RunDatabase> DatabaseAsync() => Task.FromResult(RunDatabase.File(Path.Combine(_folder.FullName, "state.duckdb")));

    public override void Dispose() => _folder.Delete(recursive: true);
}

public sealed class StoreOnPostgres(SharedPostgres server) : StoreConformance
{
    string? _url;

    protected override async Task<RunDatabase> DatabaseAsync() => Cartage.Connectors.Warehouses.PostgresRunStore.Open(_url ??= await server.CreateDatabaseAsync(), "cartage_state", "shop", null);

    public override void Dispose() { }

    [Fact]
    public async Task A_project_names_it_and_has_it_for_itself()
    {
        var url = await server.CreateDatabaseAsync();
        using var project = new TestProject().Write("project.yml", $"name: small\nstate: {{ type: postgres, url: \"{url}\", schema: small }}\n").Write("pipelines/shop/pipeline.yml", "owner: ann\n").Write("pipelines/shop/models/one.sql", "/* ---\nkind: table\n--- */\nselect 1 as id\n");
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        Assert.False(File.Exists(Path.Combine(project.Root, ".cartage", "state.duckdb")));

        await using var workspace = await project.OpenAsync();
        Assert.Single(await workspace.Store.ListRunsAsync(10, CancellationToken.None));
        var refused = await Assert.ThrowsAsync<PipelineException>(async () => await RunStore.OpenAsync(Cartage.Connectors.Connectors.RunDatabase(project.Load().Project), TimeProvider.System, CancellationToken.None));
        Assert.Contains("is in use by cartage state small", refused.Message, StringComparison.Ordinal);
        await workspace.DisposeAsync();
        var other = await Assert.ThrowsAsync<PipelineException>(async () => await RunStore.OpenAsync(Cartage.Connectors.Connectors.RunDatabase(project.Load().Project with { Name = "other" }), TimeProvider.System, CancellationToken.None));
        Assert.Contains("is that of the project 'small'", other.Message, StringComparison.Ordinal);
        var test = await Typed.InAsync(project.Root, "connections", "test", "state");
        Assert.Contains("PostgreSQL", test.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", test.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_it_leaves_no_connection()
    {
        var database = await DatabaseAsync();
        await using var holder = await database.OpenAsync(CancellationToken.None);
        async Task UntilAsync(string sql, long count) => await Wait.UntilAsync(async () => await holder.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {sql}", CancellationToken.None) == count);
        using var stop = new CancellationTokenSource();
        var waiting = database.OpenAsync(stop.Token).AsTask();
        await UntilAsync("wait_event_type = 'Lock'", 1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await UntilAsync("application_name LIKE 'cartage state%'", 1);
    }
}
