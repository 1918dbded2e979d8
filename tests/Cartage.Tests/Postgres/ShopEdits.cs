using Cartage.Tests.Support;
using Npgsql;

namespace Cartage.Tests.Postgres;

/// <summary>What people do in the bike shop's database, at random and repeatable; some of it in transactions that stay open for a while.</summary>
sealed class ShopEdits(NpgsqlConnection connection, string url, int seed) : IAsyncDisposable
{
    readonly List<(NpgsqlConnection? Connection, string? Prepared, int Left)> _late = [];
    int _order = 100_000, _item = 1_000, _lateOrder = 900_000;

    public int Late { get; set; }

    public Random Random { get; } = new(seed);

    public async Task OneAsync()
    {
        await (Random.Next(100) switch
        {
            < 20 => AskAsync(connection, NewOrder(++_order)),
            < 28 => AskAsync(connection, $"INSERT INTO store.order_items (order_id, item_id, product_id, quantity, list_price, discount) SELECT order_id, {++_item}, {Product}, 1, 99.99, 0.05 FROM ({Some("orders")}) o"),
            < 38 => AskAsync(connection, $"UPDATE store.order_items SET quantity = {Random.Next(1, 9)} WHERE (order_id, item_id) IN (SELECT order_id, item_id FROM ({Some("order_items")}) i)"),
            < 44 => AskAsync(connection, $"UPDATE store.order_items SET list_price = {Random.Next(1, 500)}.{Random.Next(10, 99)} WHERE (order_id, item_id) IN (SELECT order_id, item_id FROM ({Some("order_items")}) i)"),
            < 50 => AskAsync(connection, $"UPDATE store.products SET list_price = {Random.Next(1, 500)}.{Random.Next(10, 99)} WHERE product_id = {Product}"),
            < 60 => AskAsync(connection, $"UPDATE store.orders SET order_status = {Random.Next(1, 5)}, shipped_date = order_date + {Random.Next(5)} WHERE order_id IN (SELECT order_id FROM ({Some("orders")}) o)"),
            < 67 => AskAsync(connection, $"UPDATE store.customers SET city = 'Town {Random.Next(50)}' WHERE customer_id = {Customer}"),
            < 72 => AskAsync(connection, $"DELETE FROM store.customers WHERE customer_id = {Customer}"),
            < 77 => AskAsync(connection, "UPDATE store.customers SET is_active = 'Y' WHERE customer_id = (SELECT min(customer_id) FROM store.customers WHERE is_active = 'N')"),
            < 79 => AskAsync(connection, $"DELETE FROM store.products WHERE product_id = {Product}"),
            < 81 => AskAsync(connection, "UPDATE store.products SET is_active = 'Y' WHERE product_id = (SELECT min(product_id) FROM store.products WHERE is_active = 'N')"),
            < 84 => AskAsync(connection, $"DELETE FROM store.orders WHERE order_id IN (SELECT order_id FROM ({Some("orders")}) o)"),
            < 87 => AskAsync(connection, $"DELETE FROM store.order_items WHERE (order_id, item_id) IN (SELECT order_id, item_id FROM ({Some("order_items")}) i)"),
            < 89 => AskAsync(connection, $"INSERT INTO store.orders (order_id, customer_id, order_status, order_date, required_date, store_id, staff_id) SELECT n, {Customer}, 1, '2018-05-05', '2018-05-09', 1, 2 FROM generate_series(1, 1600) n WHERE NOT EXISTS (SELECT 1 FROM store.orders WHERE order_id = n) LIMIT 1"),
            < 91 => AskAsync(connection, $"UPDATE store.brands SET brand_name = 'Brand {Random.Next(90)}' WHERE brand_id = {Random.Next(1, 9)}"),
            < 94 => AskAsync(connection, $"UPDATE store.stocks SET quantity = {Random.Next(40)} WHERE store_id = 1 AND product_id = {Product}"),
            < 95 => AskAsync(connection, $"DELETE FROM store.stocks WHERE store_id = 2 AND product_id = {Product}"),
            < 96 => AskAsync(connection, $"INSERT INTO store.stocks VALUES (2, {Product}, 7) ON CONFLICT DO NOTHING"),
            var n => BeginLateAsync(prepare: n == 99),
        });
        for (var i = _late.Count - 1; i >= 0; i--)
            if ((_late[i] = _late[i] with { Left = _late[i].Left - 1 }).Left <= 0)
                await CommitAsync(i);
    }

    public async Task CommitLateAsync()
    {
        while (_late.Count > 0)
            await CommitAsync(0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (late, _, _) in _late)
            if (late is not null)
                await late.DisposeAsync();
    }

    int Product => Random.Next(1, 300);

    int Customer => Random.Next(1, 1400);

    // New orders only, so that nobody waits for a lock.
    async Task BeginLateAsync(bool prepare)
    {
        var late = new NpgsqlConnection(PostgresServer.ConnectionString(url, pooling: false));
        await late.OpenAsync(TestContext.Current.CancellationToken);
        await AskAsync(late, $"BEGIN; {NewOrder(++_lateOrder)}");
        var name = prepare ? $"{url[(url.LastIndexOf('/') + 1)..]}_{++Late}" : null;
        if (prepare)
        {
            await AskAsync(late, $"PREPARE TRANSACTION '{name}'");
            await late.DisposeAsync();
        }
        _late.Add((prepare ? null : late, name, Random.Next(5, 150)));
    }

    async Task CommitAsync(int i)
    {
        Late++;
        if (_late[i] is { Connection: { } late })
        {
            await AskAsync(late, $"{NewOrder(++_lateOrder)}; COMMIT");
            await late.DisposeAsync();
        }
        else
            await AskAsync(connection, $"COMMIT PREPARED '{_late[i].Prepared}'");
        _late.RemoveAt(i);
    }

    string NewOrder(int id) =>
        $"""
        INSERT INTO store.orders (order_id, customer_id, order_status, order_date, required_date, store_id, staff_id) VALUES ({id}, {Customer}, {Random.Next(1, 4)}, '2018-0{Random.Next(1, 10)}-1{Random.Next(10)}', '2018-12-01', {Random.Next(1, 4)}, {Random.Next(1, 10)});
        INSERT INTO store.order_items (order_id, item_id, product_id, quantity, list_price, discount) SELECT {id}, n, {Product} + n, {Random.Next(1, 4)}, 199.99, 0.1 FROM generate_series(1, {Random.Next(1, 5)}) n
        """;

    string Some(string table) => $"SELECT * FROM store.{table} WHERE order_id < 900000 ORDER BY md5('{Random.Next(1_000_000)}' || order_id) LIMIT 1";

    static async Task AskAsync(NpgsqlConnection on, string sql)
    {
        await using var command = new NpgsqlCommand(sql, on);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
