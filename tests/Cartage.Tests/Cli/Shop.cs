namespace Cartage.Tests.Cli;

/// <summary>A small project: two stores, a hundred orders, one of them without a total.</summary>
public sealed class Shop : IDisposable
{
    readonly EmptyFolder _folder = new();

    public Shop()
    {
        Write("project.yml", "name: shop\nvariables: { data: data }\nretention: { runs: 90d, reports: 90d }\n");
        Write("pipelines/shop/pipeline.yml", "description: A small shop\ntags: [daily]\n");
        Write("pipelines/shop/feeds/shop.yml", """
            feeds:
              stores:
                files: "${var:data}/stores.csv"
                key: [store_id]
                columns:
                  store_id: { type: integer, required: true }
                  store_name: { type: text }
              orders:
                files: "${var:data}/orders.csv"
                key: [order_id]
                columns:
                  order_id: { type: integer, required: true }
                  store_id: { type: integer, required: true }
                  total: { type: "decimal(10,2)", required: true }
            """);
        Write("pipelines/shop/models/sales.sql", """
            /* ---
            kind: table
            key: order_id
            columns:
              order_id: { checks: [not_null, unique] }
            --- */
            select o.order_id, s.store_name, o.total from orders o join stores s on s.store_id = o.store_id
            """);
        Write("data/stores.csv", "store_id,store_name\n1,Baldwin\n2,Rowlett\n");
        Write("data/orders.csv", "order_id,store_id,total\n" + string.Concat(Enumerable.Range(1, 100).Select(i => $"{i},{1 + (i % 2)},{(i == 7 ? "" : $"{i}.50")}\n")));
    }

    public string Path => _folder.Path;

    public void Write(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public Task<Answer> TypeAsync(params string[] args) => Typed.InAsync(Path, args);

    public void Dispose() => _folder.Dispose();
}
