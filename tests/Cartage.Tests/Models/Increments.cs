using System.Text;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Models;

/// <summary>A run that computes only what its changes can have touched leaves the tables that a rebuild from everything would.</summary>
public sealed class Increments
{
    static readonly string[] Tables = ["dim_customers", "dim_products", "fact_lines", "customer_totals", "city_totals", "first_orders", "contacts", "busy_orders", "cheap_lines", "named_lines"];

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public async Task Equal_a_rebuild(int seed)
    {
        var random = new Random(seed);
        using var project = Shop();
        Write(project, random, 0);
        Assert.Equal(RunState.Succeeded, (await project.RunAsync()).State);
        for (var day = 1; day <= 6; day++)
        {
            Write(project, random, day);
            var run = await project.RunAsync(random.Next(4) == 0 ? new() { Only = new HashSet<string> { "extract", "load" } } : random.Next(4) == 0 ? new("bike.dim_customers") : new());
            Assert.True(run.State is RunState.Succeeded, run.Message);
            if (day % 3 != 0)
                continue;
            run = await project.RunAsync();
            Assert.True(run.State is RunState.Succeeded, run.Message);
            using var rebuilt = Shop();
            TestProject.CopyFolder(Path.Combine(project.Root, "in"), Path.Combine(rebuilt.Root, "in"));
            Assert.Equal(RunState.Succeeded, (await rebuilt.RunAsync(new() { FullRefresh = true })).State);
            foreach (var table in Tables)
                Assert.Equal(await RowsAsync(rebuilt, table), await RowsAsync(project, table));
        }
    }

    [Fact]
    public async Task Are_cut_down_to_the_keys_they_touch()
    {
        using var project = Shop();
        Write(project, new Random(7), 0);
        await project.RunAsync();
        project.Write("in/lines-1.csv", "order_id,line,product_id,quantity,updated_at,is_active\n2,1,1,77,2024-03-01 00:00:00,Y\n");
        var run = await project.RunAsync();
        Assert.Equal("2|1", await project.ScalarAsync("SELECT * FROM bike_staging.fact_lines__keys"));
        var fact = run.Tasks.Single(t => t is { Kind: "build", Name: "fact_lines" });
        Assert.True(fact is { Inserted: 0, Updated: 1, Deleted: 0 }, fact.ToString());
        Assert.Equal("0", await project.ScalarAsync("SELECT count(*) FROM information_schema.tables WHERE table_name IN ('busy_orders__keys', 'city_totals__keys')"));
    }

    [Fact]
    public async Task A_new_version_of_a_member_touches_what_happened_since()
    {
        using var project = Shop();
        Write(project, new Random(7), 0);
        project.Write("in/customers-0.csv", "customer_id,name,city,updated_at,is_active\n" + string.Concat(Enumerable.Range(1, 8).Select(c => $"{c},name,Oslo,2024-01-01 00:00:00,Y\n")));
        await project.RunAsync();
        var since = await project.ScalarAsync("SELECT string_agg(DISTINCT order_id, ',' ORDER BY order_id) FROM bike.fact_lines f JOIN bike.dim_customers c USING (customer_key) WHERE c.customer_id = 1 AND f.order_date >= DATE '2024-01-20'");
        project.Write("in/customers-1.csv", "customer_id,name,city,updated_at,is_active\n1,Moved,Rome,2024-01-20 00:00:00,Y\n");
        await project.RunAsync();
        Assert.Equal(since, await project.ScalarAsync("SELECT string_agg(DISTINCT order_id, ',' ORDER BY order_id) FROM bike_staging.fact_lines__keys"));
        Assert.NotEqual("", since);
    }

    static async Task<string> RowsAsync(TestProject project, string table) => table + "\n" + string.Join('\n', await project.QueryAsync($"SELECT * FROM bike.{table} ORDER BY ALL"));

    // Rows in any order of time, several of one key, deletions and returns.
    static void Write(TestProject project, Random random, int day)
    {
        string Time() => $"2024-{random.Next(1, 3):D2}-{random.Next(1, 28):D2} {random.Next(24):D2}:{random.Next(60):D2}:{random.Next(60):D2}";
        string Active() => day > 0 && random.Next(6) == 0 ? "N" : "Y";
        void File(string feed, string header, int all, Func<int, string> row)
        {
            var keys = day == 0 ? Enumerable.Range(1, all) : Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, all + 3)).Distinct();
            var lines = keys.Select(row).ToList();
            if (lines.Count > 0)
                project.Write($"in/{feed}-{day}.csv", new StringBuilder(header + "\n").AppendJoin('\n', lines).Append('\n').ToString());
        }
        File("products", "product_id,name,price,updated_at,is_active", 6, p => $"{p},product{random.Next(3)},{random.Next(1, 50)}.25,{Time()},{Active()}");
        File("customers", "customer_id,name,city,updated_at,is_active", 8, c => $"{c},name{random.Next(3)},city{random.Next(3)},{Time()},{Active()}");
        File("orders", "order_id,customer_id,order_date,status,updated_at,is_active", 20, o => $"{o},{random.Next(1, 9)},2024-01-{random.Next(1, 31):D2},{random.Next(1, 4)},{Time()},{Active()}");
        File("lines", "order_id,line,product_id,quantity,updated_at,is_active", 50, l => $"{(l % 20) + 1},{(l / 20) + 1},{random.Next(1, 7)},{random.Next(1, 9)},{Time()},{Active()}");
    }

    static TestProject Shop()
    {
        var project = new TestProject { Threads = null }.Write("project.yml", "name: bike\n").Write("pipelines/bike/pipeline.yml", "description: a shop that changes\n");
        string Feed(string name, string key, string columns) =>
            $"""
              {name}:
                files: "in/{name}*.csv"
                key: [{key}]
                cursor: updated_at
                deleted_when: "is_active = 'N'"
                columns:
                  {columns}
                  updated_at: timestamp
                  is_active: text

            """;
        project.Write(
            "pipelines/bike/feeds/files.yml",
            "feeds:\n"
                + Feed("products", "product_id", "product_id: integer\n      name: text\n      price: decimal(10,2)")
                + Feed("customers", "customer_id", "customer_id: integer\n      name: text\n      city: text")
                + Feed("orders", "order_id", "order_id: integer\n      customer_id: integer\n      order_date: date\n      status: integer")
                + Feed("lines", "order_id, line", "order_id: integer\n      line: integer\n      product_id: integer\n      quantity: integer"));
        void Model(string name, string header, string sql) => project.Write($"pipelines/bike/models/{name}.sql", $"/* ---\n{header}\n--- */\n{sql}\n");
        Model("stg_orders", "kind: view", "select order_id, customer_id, order_date, status from orders where _deleted_at is null -- those that stand");
        Model("stg_lines", "kind: view", "select order_id, line, product_id, quantity from lines where _deleted_at is null");
        Model("stg_customers", "kind: view",
            """
            select c.customer_id, c.name, c.city, f.orders, c.updated_at, c._deleted_at is not null as is_deleted, c._object, c._record
            from customers_history c left join (select customer_id, min(order_date) as orders from orders group by customer_id) f on f.customer_id = c.customer_id
            """);
        Model("dim_customers", "kind: scd2\nkey: customer_id\nsurrogate: customer_key\nupdated_at: updated_at\ndeleted: is_deleted", "select * from stg_customers");
        Model("dim_products", "kind: scd2\nkey: product_id\nsurrogate: product_key\nupdated_at: updated_at", "select product_id, name, price, updated_at, _object, _record from products_history");
        Model("fact_lines",
            "kind: table\nkey: [order_id, line]\ndimensions:\n  customer_key: { table: dim_customers, key: customer_id, at: order_date }\n  product_key: { table: dim_products, key: product_id }",
            "select l.order_id, l.line, o.customer_id, l.product_id, o.order_date, o.status, l.quantity from stg_lines l join stg_orders o using (order_id)");
        Model("customer_totals", "kind: table\nkey: customer_id",
            """
            with sums as (select o.customer_id, sum(l.quantity) as units from stg_lines l join stg_orders o on o.order_id = l.order_id group by o.customer_id)
            select c.customer_id, c.name, s.units from dim_customers c left join sums s on s.customer_id = c.customer_id where c.is_current and c.customer_id is not null
            """);
        Model("city_totals", "kind: table\nkey: city", "select c.city, count(*) as lines, sum(f.quantity) as units from fact_lines f join dim_customers c on c.customer_key = f.customer_key where c.city is not null group by c.city");
        Model("first_orders", "kind: table\nkey: customer_id", "select customer_id, order_id, order_date from (select *, row_number() over (partition by customer_id order by order_date, order_id) as place from stg_orders) p where place = 1");
        Model("contacts", "kind: table\nkey: [kind, id]", "select 'customer' as kind, customer_id as id, name from customers where _deleted_at is null union all select 'product', product_id, name from products");
        Model("busy_orders", "kind: table\nkey: order_id", "select order_id, status from stg_orders o where (select count(*) from stg_lines l where l.order_id = o.order_id) > 1");
        Model("cheap_lines", "kind: table\nkey: [order_id, line]", "select l.order_id, l.line, l.quantity, p.price from stg_lines l, products p where l.product_id = p.product_id and p.price < 25");
        Model("named_lines", "kind: table\nkey: [order_id, line]", "select l.order_id, l.line, p.name from stg_lines l left join dim_products p on p.product_id = l.product_id and p.is_current where l.order_id in (select order_id from stg_orders where status > 1)");
        return project;
    }
}
