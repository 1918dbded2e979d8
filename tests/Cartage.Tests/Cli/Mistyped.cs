namespace Cartage.Tests.Cli;

public sealed class Mistyped
{
    [Theory]
    [InlineData("vrsion", "Did you mean 'version'?")]
    [InlineData("run --ful-refresh", "Did you mean '--full-refresh'?")]
    [InlineData("gen bike-stor", "bike-store")]
    [InlineData("gen bike-store --scale 0", "the least is 1")]
    [InlineData("ls turtles", "turtles")]
    [InlineData("init bike-stor", "Did you mean 'bike-store'?")]
    [InlineData("query", "query --help")]
    [InlineData("version --format csv", "for query only")]
    [InlineData("run --log xml", "json")]
    [InlineData("", "Try: cartage --help")]
    public async Task Is_refused_with_what_would_be_right(string typed, string said)
    {
        var answer = await Typed.InAsync(".", typed.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, answer.Code);
        Assert.Contains(said, answer.Error, StringComparison.Ordinal);
        Assert.Empty(answer.Out);
    }

    [Fact]
    public async Task Asks_for_a_project_where_there_is_none()
    {
        using var folder = new EmptyFolder();

        var answer = await Typed.InAsync(folder.Path, "validate");

        Assert.Equal(2, answer.Code);
        Assert.Contains("cartage init", answer.Error, StringComparison.Ordinal);
    }
}
