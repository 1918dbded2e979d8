namespace Cartage.Tests.Cli;

/// <summary>Files that were found sound are not bound again, and only those.</summary>
public sealed class KnownSound : IDisposable
{
    const string Sales = "pipelines/shop/models/sales.sql";

    readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_changed_file_is_looked_at_again()
    {
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q")).Code);
        Assert.True(File.Exists(Path.Combine(_shop.Path, ".cartage", "sound")));

        _shop.Write(Sales, "select order_idd from orders");
        Assert.Equal(2, (await _shop.TypeAsync("run", "-q")).Code);

        _shop.Write(Sales, "select order_id from orders");
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q")).Code);
    }

    [Fact]
    public async Task Another_variable_is_looked_at_again()
    {
        _shop.Write("project.yml", "name: shop\nvariables: { data: data, column: total }\n");
        _shop.Write(Sales, "select {{ var.column }} as x from orders");
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q")).Code);

        Assert.Equal(2, (await _shop.TypeAsync("run", "-q", "--var", "column=nothing")).Code);
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q", "--var", "column=store_id")).Code);
    }

    [Fact]
    public async Task Validate_looks_at_everything_whatever_is_remembered()
    {
        Assert.Equal(0, (await _shop.TypeAsync("run", "-q")).Code);
        _shop.Write(Sales, "select order_idd from orders");

        Assert.Equal(2, (await _shop.TypeAsync("validate")).Code);
    }
}
