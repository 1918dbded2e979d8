using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>The days after the base files: the shop lives on, and every row that changes is written whole, with its time. A day depends on the seed, the scale and the days before it.</summary>
sealed class ChangeDays(DuckDbConnection connection, int scale)
{
    const int Rounds = 3;

    static readonly DateOnly FirstDay = new(2019, 1, 1);

    /// <summary>A table, its key, a number that tells its rows apart, and every how many days it changes.</summary>
    static readonly (string Feed, string Key, string About, int Every)[] Tables =
    [
        ("stores", "store_id", "store_id", 4),
        ("staffs", "staff_id", "staff_id", 3),
        ("products", "product_id", "product_id", 1),
        ("customers", "customer_id", "customer_id", 1),
        ("orders", "order_id", "order_id", 1),
        ("order_items", "order_id, item_id", "order_id * 8 + item_id", 1),
    ];

    /// <summary>Writes a folder a day and returns the rows written.</summary>
    public async Task<long> WriteAsync(GenFolder folder, int days, CancellationToken ct)
    {
        await connection.ExecuteAsync(Arrivals.All, ct, ("days", days), ("rounds", Rounds), ("scale", scale));
        foreach (var (feed, _, _, _) in Tables)
            await connection.ExecuteAsync($"CREATE TABLE now_{feed} AS SELECT *, NULL::TIMESTAMP AS updated_at, 'Y' AS is_active FROM ({Rows(feed)})", ct);
        var written = 0L;
        for (var day = 0; day < days; day++)
            written += await PassAsync(day, folder.Day(FirstDay.AddDays(day)), ct);
        return written;
    }

    static string Rows(string feed) =>
        feed switch
        {
            "customers" => Ledgers.CustomerRows("customer_ids"),
            "order_items" => Ledgers.Lines,
            _ => $"FROM {feed}",
        };

    async Task<long> PassAsync(int day, string folder, CancellationToken ct)
    {
        var tables = Tables.Where(t => day % t.Every == 0).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            await connection.ExecuteAsync("SET VARIABLE opens = opening($day, $round); SET VARIABLE day = getvariable('opens')::DATE", ct, ("day", day), ("round", round));
            foreach (var (feed, key, _, _) in tables)
                await connection.ExecuteAsync(
                    $"""
                    CREATE OR REPLACE TABLE step_{feed}_{round} AS {ChangeSql.Step(feed, round)};
                    DELETE FROM now_{feed} WHERE ({key}) IN (SELECT ({key}) FROM step_{feed}_{round});
                    INSERT INTO now_{feed} FROM step_{feed}_{round};
                    """,
                    ct
                );
        }
        Directory.CreateDirectory(folder);
        var written = 0L;
        foreach (var (feed, key, about, _) in tables)
        {
            var path = GenFolder.File(folder, feed);
            var rows = await Ledgers.CopyAsync(connection, ChangeSql.Day(feed, key, about, Rounds), path, ct);
            if (rows == 0)
                File.Delete(path);
            written += rows;
        }
        return written;
    }
}
