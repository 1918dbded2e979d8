using Cartage.Tests.Support;

namespace Cartage.Tests.Ingest;

/// <summary>A file that nobody has touched since it landed is not read to find that out.</summary>
public sealed class FilesAtRest : IDisposable
{
    const string Header = "order_id,customer_id,order_date,amount,updated_at\n";

    readonly TestProject _project = SmallShop.Create().Write("in/customers.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,,Y\n");

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Size_and_times_tell_unless_everything_is_asked_for_again()
    {
        var then = DateTime.Parse("2024-05-05", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("10.00", await AmountAsync("10.00", then));
        Assert.Equal("10.00", await AmountAsync("11.00", then));
        Assert.Equal("11.00", await AmountAsync("11.00", then, all: true));
        Assert.Equal("12.00", await AmountAsync("12.00", then.AddTicks(TimeSpan.TicksPerMillisecond)));
        Assert.Equal("130.00", await AmountAsync("130.00", then));
    }

    [Fact]
    public async Task A_file_that_was_just_being_written_is_read_again()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1);
        Assert.Equal("10.00", await AmountAsync("10.00", now));
        Assert.Equal("11.00", await AmountAsync("11.00", now));
    }

    // What a run makes of a file with this amount that was written at a moment.
    async Task<string> AmountAsync(string amount, DateTime written, bool all = false)
    {
        _project.Write("in/orders.csv", $"{Header}1,1,2024-01-05,{amount},\n");
        File.SetLastWriteTimeUtc(Path.Combine(_project.Root, "in/orders.csv"), written);
        await _project.RunAsync(new() { FullRefresh = all });
        return await _project.ScalarAsync("SELECT amount FROM shop_raw.orders");
    }
}
