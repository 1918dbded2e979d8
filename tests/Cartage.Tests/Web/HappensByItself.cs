using System.Net;
using System.Text;
using Cartage.Host.Access;
using Cartage.Host.Web;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Web;

/// <summary>A server whose pipelines run by themselves.</summary>
public sealed class HappensByItself
{
    const string Header = "transaction_id,customer_id,product_id,quantity,price,transaction_date,payment_type,status\n";

    [Fact]
    public async Task Transactions_run_wholly_on_events_a_crowd_of_files_in_one_run()
    {
        using var project = new TestProject("transactions").Write(".cartage/sample/customers.csv", "customer_id,first_name,last_name,email,membership_level\nC1,Ann,Lee,a@shop.example,Gold\n").Write(".cartage/sample/products.csv", "product_id,product_name,category,price,supplier_id\nP1,Tea,Food,2.50,S1\n");
        Directory.CreateDirectory(Path.Combine(project.Root, ".cartage/sample/transactions"));
        var clock = new FakeClock("2026-03-05T12:00Z");
        await using var served = await Served.StartAsync(project.Root, clock: clock);
        using var program = await served.ProgramAsync(Role.Operator);
        async Task<bool> LoadedAsync(int rows) => await CountAsync(served) == rows && (await Served.JsonAsync(await program.GetAsync("/api/schedules")))[0].GetProperty("events_waiting").GetInt32() == 0;

        for (var n = 0; n < 200; n++)
            project.Write($"crowd/month=1/day={n % 28 + 1}/transaction_{n}.csv", $"{Header}T{n},C1,P1,2,2.50,2026-01-02,card,completed\n");
        Directory.Move(Path.Combine(project.Root, "crowd"), Path.Combine(project.Root, ".cartage/sample/transactions/year=2026")); // they are there at once, for whoever looks whenever
        await UntilAsync(served, () => LoadedAsync(200), clock);
        project.Write(".cartage/sample/transactions/year=2026/month=2/day=1/transaction_a.csv", $"{Header}TA,C1,P1,2,2.50,2026-02-01,card,completed\n");
        await UntilAsync(served, () => LoadedAsync(201), clock);

        Assert.Equal(2, (await served.Store.ListRunsAsync(50, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Objects_webhooks_and_runs_start_what_they_are_to_and_nobody_without_a_key_does()
    {
        using var project = SmallShop.Create()
            .Write("project.yml", "name: small\nevents: { key: letmein }\n")
            .Write("pipelines/shop/pipeline.yml", "triggers:\n  - object_created: s3://shop/in/*.csv\n  - webhook: hook-key\n")
            .Write("pipelines/next/pipeline.yml", "triggers: [ { after: shop } ]\n")
            .Write("pipelines/reader/pipeline.yml", "triggers: [ { catalog: shop.orders } ]\n")
            .Write("in/customers.csv", "customer_id,name,is_active\n1,Ann,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount\n1,1,2026-03-01,5\n");
        await using var served = await Served.StartAsync(project.Root);
        using var stranger = served.Stranger();
        using var program = await served.ProgramAsync(Role.Operator);
        using var reader = await served.ProgramAsync(Role.Viewer);
        const string Message = """{"Records":[{"eventSource":"ceph:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"shop"},"object":{"key":"in/1.csv","sequencer":"1"}}},{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"shop"},"object":{"key":"other.txt","sequencer":"2"}}}]}""";
        static StringContent Body(string text) => new(text, Encoding.UTF8, "application/json");

        foreach (var path in new[] { "/api/events/objects", "/api/events/objects?key=guess", "/api/hooks/shop", "/api/hooks/shop?key=letmein", "/api/hooks/nothing", "/api/hooks/next?key=" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync(path, Body(Message))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await reader.PostAsync("/api/events/objects", Body(Message))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await program.PostAsync("/api/events/objects", Body("[}"))).StatusCode);
        Assert.Empty(await served.Store.ListRunsAsync(10, CancellationToken.None));

        var told = await Served.JsonAsync(await stranger.PostAsync("/api/events/objects?key=letmein", Body(Message)));
        Assert.Equal((2, 1), (told.GetProperty("objects").GetInt32(), told.GetProperty("new").GetInt32()));
        Assert.Equal(0, (await Served.JsonAsync(await program.PostAsync("/api/events/objects", Body(Message)))).GetProperty("new").GetInt32());
        await UntilAsync(served, () => RanAsync(served, "shop", "next", "reader"));

        using var hook = new HttpRequestMessage(HttpMethod.Post, "/api/hooks/shop") { Headers = { { "X-Cartage-Key", "hook-key" }, { "Idempotency-Key", "1" } } };
        Assert.Equal(HttpStatusCode.Accepted, (await stranger.SendAsync(hook)).StatusCode);
        await UntilAsync(served, () => RanAsync(served, "shop", "shop", "next", "next", "reader"));
    }

    [Fact]
    public async Task What_a_run_failed_for_waits_until_a_run_has_published_whoever_asks_for_it()
    {
        using var project = SmallShop.Create().Write("pipelines/shop/pipeline.yml", "triggers: [ { webhook: hook-key } ]\n");
        await using var served = await Served.StartAsync(project.Root);
        using var program = await served.ProgramAsync(Role.Operator);
        async Task<(int Count, bool Again)> WaitingAsync() =>
            (await Served.JsonAsync(await program.GetAsync("/api/schedules")))[0] is var shop ? (shop.GetProperty("events_waiting").GetInt32(), shop.GetProperty("events_next").ValueKind != System.Text.Json.JsonValueKind.Null) : default;

        await program.PostAsync("/api/hooks/shop?key=hook-key", null);
        await UntilAsync(served, async () => await served.Store.ListRunsAsync(1, CancellationToken.None) is [{ State: RunState.Failed }] && await WaitingAsync() == (1, true));
        project.Write("in/customers.csv", "customer_id,name,is_active\n1,Ann,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount\n1,1,2026-03-01,5\n");
        await served.Desk.Queue.AskAsync(new("shop.*"), "ann", CancellationToken.None);

        await UntilAsync(served, async () => await WaitingAsync() == (0, false));
        Assert.Equal(2, (await served.Store.ListRunsAsync(10, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task The_overview_calls_overdue_what_the_notices_do()
    {
        var clock = new FakeClock("2026-03-05T12:30Z");
        using var project = SmallShop.Create().Write("project.yml", "name: small\nnotifications: { overdue_after: 3h }\n").Write("pipelines/shop/pipeline.yml", "schedule: '0 9 * * *'\nstart: 2026-03-01\n");
        await using var workspace = await project.OpenAsync(given: clock);
        var pipeline = Assert.Single(workspace.Project.Pipelines);
        var row = new OverviewRow(pipeline, [new("20260304T090000Z-aaaa", "shop", RunState.Succeeded, new(default, default), clock.GetUtcNow().AddDays(-1), TimeSpan.Zero)], Paused: false, null, null);

        Assert.Empty(Alarm.Of([row], [])); // late, and less than is allowed
        var alarm = Assert.Single(Alarm.Of([row], [new("shop", clock.GetUtcNow().AddHours(-3.5), "the schedule did not fire")]));
        Assert.Equal(("shop is overdue", "It should have run at 2026-03-05 09:00:00 UTC: the schedule did not fire.", "/pipelines/shop"), (alarm.Title, alarm.Text, alarm.Href));
        Assert.Equal("shop failed", Assert.Single(Alarm.Of([row with { Runs = [row.Runs[0] with { State = RunState.Failed }] }], [])).Title);
    }

    static async Task<bool> RanAsync(Served served, params string[] pipelines) =>
        (await served.Store.ListRunsAsync(50, CancellationToken.None)) is var runs && runs.All(r => r.State is RunState.Succeeded) && runs.Select(r => r.Pipeline).Order().SequenceEqual(pipelines.Order());

    static async Task<long> CountAsync(Served served)
    {
        await using var connection = await served.Desk.Workspace.Warehouse.OpenAsync(CancellationToken.None);
        return await connection.ScalarAsync<long>("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'transactions' AND table_name = 'fact_transactions'", CancellationToken.None) == 0 ? 0
            : await connection.ScalarAsync<long>("SELECT count(*) FROM transactions.fact_transactions", CancellationToken.None);
    }

    static async Task UntilAsync(Served served, Func<Task<bool>> holds, FakeClock? clock = null)
    {
        using var limit = new CancellationTokenSource(Wait.Longest);
        var events = served.Store.FollowAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        for (var next = events.MoveNextAsync().AsTask(); !await holds(); await Task.WhenAny(next, Task.Delay(200, limit.Token)))
        {
            Assert.False(limit.IsCancellationRequested, string.Join('\n', (await served.Store.ListRunsAsync(20, CancellationToken.None)).Select(r => $"{r.RunId} {r.Pipeline} {r.State} {r.Message}")));
            clock?.Advance(TimeSpan.FromMilliseconds(200));
            if (next.IsCompleted)
                next = events.MoveNextAsync().AsTask();
        }
    }
}
