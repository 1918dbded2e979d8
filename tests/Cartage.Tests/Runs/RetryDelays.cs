using Cartage.Projects;

namespace Cartage.Tests.Runs;

public sealed class RetryDelays
{
    [Theory]
    [InlineData(false, null, 1, 60)]
    [InlineData(false, null, 9, 60)]
    [InlineData(true, null, 1, 60)]
    [InlineData(true, null, 4, 480)]
    [InlineData(true, 100, 2, 100)]
    [InlineData(true, null, 5000, 86_400)]
    public void Grow_where_they_should_and_never_beyond_the_longest(bool exponential, int? longest, int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new RetryPolicy(9, TimeSpan.FromMinutes(1), exponential, longest is { } most ? TimeSpan.FromSeconds(most) : null).DelayAfter(attempt));
}
