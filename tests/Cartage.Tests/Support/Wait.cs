namespace Cartage.Tests.Support;

/// <summary>Waiting for what is to come, for as long as the slowest machine may need: the limit is there so that what never comes is a failure, not a hang.</summary>
static class Wait
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>Looks now and then until something holds; <paramref name="instead"/> says what there is where it never does.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, Func<Task<string>>? instead = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Longest)
                Assert.Fail($"it did not come about: {(instead is null ? "" : await instead())}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
