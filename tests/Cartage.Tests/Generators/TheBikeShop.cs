using System.Security.Cryptography;
using Cartage.Host.Gen;

namespace Cartage.Tests.Generators;

/// <summary>The generated bike shop: the real sizes, the same bytes for the same seed however many threads compute, and days that do not hang on how many follow.</summary>
public sealed class TheBikeShop : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cartage-gen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Has_the_real_sizes_and_grows_with_the_scale()
    {
        var one = (await MakeAsync("one", o => o)).Files.ToDictionary(f => f.Name, f => f.Rows);
        Assert.Equal(
            "brands 9, categories 7, customers 1445, orders 1615, products 321, staffs 10, stocks 939, stores 3",
            string.Join(", ", one.Where(f => f.Key != "order_items").OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}")));
        Assert.InRange(one["order_items"], 4_500, 5_000);
        var three = (await MakeAsync("three", o => o with { Scale = 3 })).Files.ToDictionary(f => f.Name, f => f.Rows);
        Assert.Equal((3 * 1445, 3 * 1615), (three["customers"], three["orders"]));
        Assert.Equal(three["orders"], Lines("three", "orders.csv").Count);
    }

    [Fact]
    public async Task Is_the_same_for_the_same_seed_however_many_threads_compute()
    {
        await MakeAsync("a", o => o with { Scale = 2, Changes = 5, Dirt = true, Threads = 1 });
        await MakeAsync("b", o => o with { Scale = 2, Changes = 5, Dirt = true, Threads = 4 });
        await MakeAsync("c", o => o with { Scale = 2, Changes = 5, Dirt = true, Seed = 43 });
        Assert.Equal(Hashes("a"), Hashes("b"));
        Assert.DoesNotContain(Hashes("a").Intersect(Hashes("c")), h => Path.GetFileName(h.Name) is "orders.csv" or "customers.csv");
    }

    [Fact]
    public async Task More_days_begin_with_the_days_of_fewer()
    {
        await MakeAsync("short", o => o with { Changes = 4 });
        await MakeAsync("long", o => o with { Changes = 9 });
        Assert.Equal(9, Directory.GetDirectories(Path.Combine(_folder.FullName, "long", "changes")).Length);
        Assert.Subset(Hashes("long").ToHashSet(), Hashes("short").ToHashSet());
    }

    [Fact]
    public async Task A_week_of_changes_has_every_kind_and_every_row_its_parent()
    {
        await MakeAsync("week", o => o with { Changes = 7 });
        var orders = Changed("orders.csv");
        var known = Lines("week", "orders.csv").Select(r => r[0]).ToHashSet();
        Assert.Contains(orders, o => !known.Contains(o[0]));
        Assert.Contains(orders.GroupBy(o => (o[0], o[^2][..10])), day => day.Select(o => o[^2]).Distinct().Count() > 1);
        Assert.Contains(orders, o => o[^1] == "N");
        Assert.Contains(orders.GroupBy(o => o[0]), o => o.Select(v => v[2]).Distinct().Count() > 1);
        var prices = Lines("week", "products.csv").ToDictionary(p => p[0], p => p[5]);
        Assert.Contains(Changed("products.csv"), p => prices.TryGetValue(p[0], out var before) && before != p[5]);
        var customers = Lines("week", "customers.csv").Concat(Changed("customers.csv")).Select(c => c[0]).ToHashSet();
        Assert.All(orders, o => Assert.Contains(o[1], customers));
    }

    Task<GenSummary> MakeAsync(string name, Func<BikeStoreOptions, BikeStoreOptions> with) => BikeStore.WriteAsync(with(new(Path.Combine(_folder.FullName, name))), TestContext.Current.CancellationToken);

    List<string[]> Lines(string name, string file) => [.. File.ReadLines(Path.Combine(_folder.FullName, name, file)).Skip(1).Select(l => l.Split(','))];

    List<string[]> Changed(string file) => [.. Directory.GetDirectories(Path.Combine(_folder.FullName, "week", "changes")).Order(StringComparer.Ordinal).Where(d => File.Exists(Path.Combine(d, file))).SelectMany(d => Lines(d, file))];

    List<(string Name, string Hash)> Hashes(string name)
    {
        var root = Path.Combine(_folder.FullName, name);
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (Path.GetRelativePath(root, f), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))))];
    }
}
