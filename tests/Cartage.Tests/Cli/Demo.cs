using Cartage.Projects;

namespace Cartage.Tests.Cli;

public sealed class Demo
{
    [Fact]
    public async Task Shows_a_shop_and_what_was_set_aside_and_can_be_repeated()
    {
        using EmptyFolder folder = new();

        var first = await Typed.InAsync(folder.Path, "demo", "--no-serve");
        var again = await Typed.InAsync(folder.Path, "demo", "--no-serve");

        Assert.Equal(0, first.Code);
        Assert.Contains("net revenue", first.Out, StringComparison.Ordinal);
        Assert.Contains("Set aside", first.Out, StringComparison.Ordinal);
        Assert.Contains("Quality report: cartage-demo", first.Out, StringComparison.Ordinal);
        Assert.Equal(0, again.Code);
        Assert.Contains("nothing changed", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_data_that_an_example_runs_on()
    {
        using EmptyFolder folder = new();
        Assert.Equal(0, (await Typed.InAsync(folder.Path, "init", "bike-store", ".")).Code);
        Assert.Equal(0, (await Typed.InAsync(folder.Path, "gen", "bike-store", "--quiet")).Code);

        Assert.Equal(0, (await Typed.InAsync(folder.Path, "run", "--quiet", "--strict")).Code);
    }

    [Theory]
    [InlineData("shop/"), InlineData("my: shop"), InlineData("#1")]
    public async Task An_empty_project_can_be_read_whatever_its_folder_is_called(string name)
    {
        using EmptyFolder folder = new();

        var made = await Typed.InAsync(folder.Path, "init", "empty", name);
        var loaded = ProjectFiles.Load(Path.Combine(folder.Path, name));

        Assert.Equal((0, name.TrimEnd('/')), (made.Code, loaded.Project.Name));
        Assert.Contains("no pipeline yet", Assert.Single(loaded.Findings).Message, StringComparison.Ordinal);
        Assert.Contains(name == "shop/" ? "cd shop/ &&" : $"cd '{name}' &&", made.Error, StringComparison.Ordinal);
    }
}
