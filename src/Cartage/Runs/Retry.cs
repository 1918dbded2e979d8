using Cartage.Projects;
using Polly;
using Polly.Retry;

namespace Cartage.Runs;

/// <summary>Tries again what failed for a passing reason.</summary>
static class Retry
{
    public static async Task<T> RunAsync<T>(RetryPolicy policy, TimeProvider clock, Func<Task<T>> work, Action<int, Exception> failed, CancellationToken ct)
    {
        if (policy.Attempts <= 1)
            return await work();
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<PipelineException>(e => e.IsTransient),
                MaxRetryAttempts = policy.Attempts - 1,
                Delay = policy.Delay,
                BackoffType = policy.Exponential ? DelayBackoffType.Exponential : DelayBackoffType.Constant,
                MaxDelay = policy.MaxDelay,
                OnRetry = attempt =>
                {
                    failed(attempt.AttemptNumber + 1, attempt.Outcome.Exception!);
                    return default;
                },
            })
            .Build();
        return await pipeline.ExecuteAsync(async _ => await work(), ct);
    }
}
