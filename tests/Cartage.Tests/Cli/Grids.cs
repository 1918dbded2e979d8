using Cartage.Host.Output;

namespace Cartage.Tests.Cli;

public sealed class Grids
{
    [Fact]
    public void Are_aligned_lines_for_a_program()
    {
        Grid grid = new("name", "n");
        grid.Add("a", 5L);
        grid.Add("long\nname", 1234L);

        Assert.Equal("name          n\na             5\nlong name  1234\n", grid.Lines());
    }

    [Fact]
    public void Are_json_with_types()
    {
        Grid grid = new("text", "n", "money", "flag", "none", "at", "list");
        grid.Add("a\"b", 1L, 1.50m, true, null, new DateTimeOffset(2016, 1, 2, 3, 4, 5, TimeSpan.Zero), Enumerable.Range(1, 2));

        Assert.Equal("[\n  {\"text\":\"a\\\"b\",\"n\":1,\"money\":1.50,\"flag\":true,\"none\":null,\"at\":\"2016-01-02T03:04:05Z\",\"list\":[1,2]}\n]\n", grid.Json());
    }

    [Fact]
    public void Put_numbers_of_every_kind_to_the_right()
    {
        Grid grid = new("n");
        grid.Add(Int128.MaxValue);
        grid.Add(5m);

        Assert.Equal("                                      n\n170141183460469231731687303715884105727\n                                      5\n", grid.Lines());
        Assert.Equal("[\n  {\"n\":170141183460469231731687303715884105727},\n  {\"n\":5}\n]\n", grid.Json());
    }

    [Fact]
    public void Show_hostile_text_as_text()
    {
        Grid grid = new("[red]x[/]");
        grid.Add("[link=http://x]y[/] \u001b]0;title\u0007");
        using StringWriter output = new() { NewLine = "\n" };

        new Terminal(output, TextWriter.Null) { OutIsTerminal = true }.Print(grid, Format.Table);

        Assert.Contains("[red]x[/]", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("[link=http://x]y[/]", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]0;", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.44, "0.4 s")]
    [InlineData(12.6, "12 s")]
    [InlineData(185, "3 min 5 s")]
    [InlineData(7320, "2 h 2 min")]
    public void Say_durations_as_people_do(double seconds, string said) => Assert.Equal(said, Cell.Text(TimeSpan.FromSeconds(seconds)));
}
