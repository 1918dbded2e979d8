using System.Net;
using System.Net.Http.Json;
using Cartage.Host.Access;
using Cartage.Tests.Cli;

namespace Cartage.Tests.Web;

/// <summary>Attacks that must leave a server as it was; one stands for all of them.</summary>
public sealed class Intrusions(Intrusions.RunShop shop) : IClassFixture<Intrusions.RunShop>
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory]
    [InlineData("/reports/..%2f..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/reports/../../state.duckdb")]
    [InlineData("/api/reports/..%5c..%5csecrets.yml")]
    [InlineData("/app/..%2f..%2fcartage.dll")]
    [InlineData("/lib/%2e%2e/%2e%2e/cartage.runtimeconfig.json")]
    [InlineData("/tables/..%2f..%2fetc/passwd")]
    [InlineData("/settings/once/..%2f..%2fkeys")]
    public async Task A_path_leads_nowhere_else(string path)
    {
        using var browser = await shop.Served.BrowserAsync();

        var answer = await browser.SendAsync(new(HttpMethod.Get, new Uri(shop.Served.Url.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })), Never);

        Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{path}: {(int)answer.StatusCode}");
    }

    [Theory]
    [InlineData("insert into shop.sales select * from shop.sales")]
    [InlineData("drop table shop.sales")]
    [InlineData("select 1; drop table shop.sales")]
    [InlineData("select * from read_csv('/etc/passwd')")]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select * from '/etc/passwd'")]
    [InlineData("select * from \"data/orders.csv\"")]
    [InlineData("select * from glob('*')")]
    [InlineData("attach '/tmp/x.duckdb'")]
    [InlineData("install httpfs")]
    [InlineData("load json")]
    [InlineData("copy shop.sales to '/tmp/stolen.csv'")]
    [InlineData("set threads = 1")]
    [InlineData("pragma database_list")]
    [InlineData("with x as (select * from query('drop table shop.sales')) select * from x")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("select getenv('PATH')")]
    public async Task The_console_only_reads_tables(string sql)
    {
        using var program = await shop.Served.ProgramAsync(Role.Admin);

        var answer = await program.PostAsJsonAsync("/api/sql", new { sql }, Never);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(99, (await Served.JsonAsync(await program.PostAsJsonAsync("/api/sql", new { sql = "select count(*) from sales" }, Never))).GetProperty("rows")[0][0].GetInt64());
    }

    /// <summary>A server whose pipeline has run.</summary>
    public sealed class RunShop : IAsyncLifetime
    {
        readonly Shop _shop = new();

        internal Served Served { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Served = await Served.StartAsync(_shop.Path);
            await Served.EndAsync((await Served.Desk.Queue.AskAsync(new("shop"), "test", Never))[0]);
        }

        public async ValueTask DisposeAsync()
        {
            await Served.DisposeAsync();
            _shop.Dispose();
        }
    }
}
