using System.Collections.Concurrent;
using System.Text;
using Cartage.Host.Serving;
using Cartage.Runs;
using Cartage.Tests.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cartage.Tests.Web;

public sealed class TellingOverOtlp : IDisposable
{
    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Traces_metrics_and_logs_of_a_run_arrive()
    {
        ConcurrentDictionary<string, string> heard = [];
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        await using var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (HttpContext context, string signal) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            heard.AddOrUpdate(signal, Encoding.UTF8.GetString(body.ToArray()), (_, before) => before + Encoding.UTF8.GetString(body.ToArray()));
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        await using var served = await Served.StartAsync(_shop.Path);

        await using (Telemetry.Start(served.Store, collector.Urls.First()))
        {
            var run = await served.EndAsync((await served.Desk.Queue.AskAsync(new("shop"), "test", TestContext.Current.CancellationToken))[0]);
            Assert.Equal(RunState.Quarantined, run.State);
        }

        Assert.Contains("build sales", heard["traces"], StringComparison.Ordinal);
        Assert.Contains("cartage.run.duration", heard["metrics"], StringComparison.Ordinal);
        Assert.Contains("one transaction, by swap", heard["logs"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_told_unless_somebody_says_whom()
    {
        await using var served = await Served.StartAsync(_shop.Path);

        Assert.Null(Telemetry.Start(served.Store));
    }
}
