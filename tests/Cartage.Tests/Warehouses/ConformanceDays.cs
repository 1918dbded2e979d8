using System.Text;

namespace Cartage.Tests.Warehouses;

/// <summary>Days of a small shop: several changes of one row a day, deletions and returns, repeats, bad values, lines out of order.</summary>
static class ConformanceDays
{
    public static List<(string File, string Content)[]> Make(int seed)
    {
        var random = new Random(seed);
        List<(string, string)[]> days = [];
        List<string> seen = [];
        for (var day = 1; day <= 6; day++)
        {
            var customers = Enumerable.Range(0, 8).Select(i => $"{random.Next(1, 7)},name{random.Next(3)},{(random.Next(4) == 0 ? "" : "city" + random.Next(2))},2024-01-{random.Next(1, day + 1):D2} {random.Next(24):D2}:{random.Next(60):D2}:{i:D2},{random.Next(8) switch { 0 => "N", 1 => "Q", _ => "Y" }}").ToList();
            if (day == 1)
                customers.AddRange(Enumerable.Range(1, 5).Select(c => $"{c},first,,2024-01-01 00:00:00,Y"));
            if (seen.Count > 0)
                customers.Add(seen[random.Next(seen.Count)]);
            seen.AddRange(customers);
            var orders = Enumerable.Range(0, 6).Select(i => $"{random.Next(1, 12)},{random.Next(1, 8)},2024-01-{random.Next(1, 28):D2},{(random.Next(9) == 0 ? "-1" : random.Next(1, 99) + ".50")},2024-01-{day:D2} {random.Next(24):D2}:00:{i:D2}");
            days.Add(
            [
                ($"in/customers-{day}.csv", Lines("customer_id,name,city,updated_at,is_active", customers)),
                ($"in/orders-{day}.csv", Lines("order_id,customer_id,order_date,amount,updated_at", orders)),
            ]);
        }
        return days;
    }

    static string Lines(string header, IEnumerable<string> lines) => new StringBuilder().Append(header).Append('\n').AppendJoin('\n', lines).Append('\n').ToString();
}
