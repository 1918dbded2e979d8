namespace Cartage.Tests;

public sealed class Placeholder
{
    [Fact]
    public void Runs() => Assert.NotEmpty(AppContext.BaseDirectory);
}
