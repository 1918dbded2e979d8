using Cartage.Projects;

namespace Cartage.Runs;

/// <summary>Tries again what failed for a passing reason.</summary>
static class Retry
{
    public static async Task<T> RunAsync<T>(RetryPolicy policy, TimeProvider clock, Func<Task<T>> work, Action<int, Exception> failed, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await work();
            }
            catch (PipelineException e) when (e.IsTransient && attempt < policy.Attempts)
            {
                failed(attempt, e);
                await Task.Delay(policy.DelayAfter(attempt), clock, ct);
            }
    }
}
