using Cartage.DuckDb;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Tests.Support;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Automation;

/// <summary>Pools, and what is said of mistakes in schedules, triggers and notices.</summary>
public sealed class PoolsAndMistakes
{
    [Theory]
    [InlineData("2", 2), InlineData("1", 1), InlineData(null, 6)]
    public async Task No_more_tasks_use_a_connection_than_its_pool_has_places(string? size, int most)
    {
        var (pools, connection) = (new Pools(), new ConnectionSpec("shop", "http", size is null ? [] : new Dictionary<string, string> { ["pool"] = size }, "project.yml", 1));
        var (inside, seen, all) = (0, 0, new TaskCompletionSource());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
        {
            using var place = await pools.TakeAsync(connection, CancellationToken.None);
            var now = Interlocked.Increment(ref inside);
            seen = Math.Max(seen, now);
            if (now == most)
                all.TrySetResult(); // as many as may are in
            await all.Task;
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }));

        Assert.Equal(most, seen);
    }

    // What only the machine it runs on knows is no mistake here.
    [Theory]
    [InlineData("object_created: '${SHOP_INBOX}/*.csv'"), InlineData("object_created: '${var:data}/*.csv'"), InlineData("object_created: 's3://shop/${var:data}/*.csv'"), InlineData("object_created: '${PLACE}://x/*.csv'")]
    public void Places_that_are_right_are_no_mistakes(string trigger)
    {
        using var project = SmallShop.Create().Write("project.yml", "name: small\nvariables: { data: in }\n").Write("pipelines/shop/pipeline.yml", $"triggers: [ {{ {trigger} }} ]\n");
        Assert.Empty(project.Load().Findings);
    }

    [Theory]
    [InlineData("triggers: [ { after: shopp } ]", "pipelines/shop/pipeline.yml:1: there is no pipeline 'shopp' to run after")]
    [InlineData("triggers: [ { after: shop } ]", "pipelines/shop/pipeline.yml:1: 'shop' would start itself again: shop → shop")]
    [InlineData("triggers: [ { after: next } ]", "'shop' would start itself again: shop → next → shop")]
    [InlineData("triggers: [ { catalog: facts } ]", "'facts' is no table of a pipeline")]
    [InlineData("triggers: [ { object_created: a, webhook: b } ]", "a trigger says one of object_created, after, catalog, webhook")]
    [InlineData("triggers:\n  - { object_created: '${var:dta}/orders/*.csv' }", "pipelines/shop/pipeline.yml:2: there is no variable 'dta' for '${var:dta}/orders/*.csv'. Did you mean 'data'?")]
    [InlineData("triggers: [ { object_created: '${var:inner}/*.csv' } ]", "pipelines/shop/pipeline.yml:1: there is no variable 'lost' for '${var:inner}/*.csv'. Add it to 'variables'")]
    [InlineData("triggers: [ { object_created: '${var:circle}/*.csv' } ]", "pipelines/shop/pipeline.yml:1: there is no variable 'circle'")]
    [InlineData("triggers: [ { object_created: 'inbx://*.csv' } ]", "pipelines/shop/pipeline.yml:1: 'inbx://*.csv' is in no zone and no bucket: there is no 'inbx://'. Did you mean 'inbox'?")]
    [InlineData("wait_for: [ { object: '${var:dta}/{{ start:yyyy-MM-dd }}.csv' } ]", "pipelines/shop/pipeline.yml:1: there is no variable 'dta'")]
    [InlineData("triggers: [ { objekt_created: a } ]", "there is no key 'objekt_created' here")]
    [InlineData("triggers: [ orders ]", "a trigger must be a map")]
    [InlineData("wait_for: [ { every: 5s } ]", "an item of 'wait_for' says either 'object' or 'query'")]
    [InlineData("wait_for: [ { object: a, every: soon } ]", "'every' must be a duration")]
    [InlineData("notify: { on: [faild], via: [mail] }", "'on' must be a list of failed, rejected, quarantined, recovered, overdue, succeeded, not 'faild'. Did you mean 'failed'?")]
    [InlineData("notify: { via: [maill] }", "notices go through 'maill', which is no connection of project.yml. Did you mean 'mail'?")]
    [InlineData("notify: { via: [bucket] }", "notices cannot go through 'bucket', a connection of type s3")]
    [InlineData("overlap: wait", "'overlap' must be one of skip, queue, cancel, not 'wait'")]
    public void Mistakes_are_said_where_they_are(string pipeline, string finding)
    {
        using var project = SmallShop.Create()
            .Write("project.yml", "name: small\nvariables: { data: in, inner: '${var:lost}', circle: '${var:circle}' }\nconnections:\n  mail: { type: smtp, url: 'smtp://127.0.0.1', to: a@b.example }\n  bucket: { type: s3, pool: some }\n")
            .Write("pipelines/next/pipeline.yml", "triggers: [ { after: shop } ]\n").Write("pipelines/shop/pipeline.yml", pipeline + "\n");
        var loaded = project.Load();
        List<string> said = [.. loaded.Findings.Concat(Engine.Findings(loaded.Project)).Select(f => f.ToString())];

        Assert.Contains(said, f => f.Contains(finding, StringComparison.Ordinal));
        Assert.Contains(said, f => f.Contains("'pool': 'some' is no whole number from 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2GB"), InlineData("800 mb"), InlineData("1.5GiB"), InlineData("512MiB"), InlineData("1tb"), InlineData("64000kb"), InlineData("2G"), InlineData("80000000 bytes"), InlineData("2gi")]
    [InlineData("lots"), InlineData("2"), InlineData("GB"), InlineData("2GBs"), InlineData("80%"), InlineData("2GB; SET x"), InlineData("1.2.3GB")]
    public void A_warehouse_s_memory_is_found_wrong_where_the_door_would_refuse_it(string memory)
    {
        using var project = SmallShop.Create().Write("project.yml", $"name: small\nwarehouse: {{ type: postgres, url: 'postgres://127.0.0.1:1/shop', memory_limit: '{memory}' }}\n");
        using var door = new DuckDbConnection(new DuckDbConnectionStringBuilder { ["memory_limit"] = memory }.ConnectionString);

        Assert.Equal(
            Record.Exception(door.Open) is null ? [] : [$"project.yml:2: 'memory_limit': '{memory}' is no amount of memory"],
            Engine.Findings(project.Load().Project).Select(f => $"{f.File}:{f.Line}: {f.Message}"));
    }
}
