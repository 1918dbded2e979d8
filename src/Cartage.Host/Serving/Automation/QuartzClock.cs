using Quartz;

namespace Cartage.Host.Serving.Automation;

/// <summary>Quartz as the clock: one durable job a pipeline, whose trigger is set to the tick its schedule says is next. When a tick is, and what is done then, is not Quartz's to say.</summary>
sealed class QuartzClock : IAsyncDisposable
{
    const int Hands = 4;
    static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    readonly IScheduler _scheduler;

    QuartzClock(IScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Starts it; <paramref name="look"/> does what is due for a pipeline and returns when to look again, null for never.</summary>
    public static async Task<QuartzClock> StartAsync(Func<string, CancellationToken, Task<DateTimeOffset?>> look, Func<Exception, string, Task> tell, TimeProvider clock, CancellationToken ct)
    {
        var scheduler = await QuartzSchedulerBuilder
            .Create(q => q
                .ConfigureScheduler(x => x.InstanceName = $"cartage-{Guid.NewGuid():N}")
                .UseTimeProvider(clock)
                .UseDefaultThreadPool(Hands)
                .UseInMemoryStore()
                .AddJobType(_ => new TickJob(look, tell)))
            .BuildScheduler(ct);
        await scheduler.Start(ct);
        return new(scheduler);
    }

    /// <summary>Has a pipeline looked at when the time comes; a time set before is forgotten.</summary>
    public async Task SetAsync(string pipeline, DateTimeOffset at, CancellationToken ct)
    {
        await _scheduler.AddJob(JobBuilder.Create<TickJob>().WithIdentity(pipeline).StoreDurably().Build(), new AddJobOptions { Replace = true }, ct);
        await SetAsync(_scheduler, pipeline, at, ct);
    }

    /// <summary>Forgets a pipeline.</summary>
    public async Task ForgetAsync(string pipeline, CancellationToken ct) => await _scheduler.DeleteJob(new JobKey(pipeline), ct);

    /// <summary>When a pipeline is looked at next.</summary>
    public async Task<DateTimeOffset?> NextAsync(string pipeline, CancellationToken ct) => (await _scheduler.GetTrigger(new TriggerKey(pipeline), ct))?.NextFireTimeUtc;

    /// <summary>Stops, when what is being looked at is done.</summary>
    public async ValueTask DisposeAsync() => await _scheduler.Shutdown(true);

    static async Task SetAsync(IScheduler scheduler, string pipeline, DateTimeOffset at, CancellationToken ct) =>
        await scheduler.ScheduleTrigger(
            TriggerBuilder.Create().WithIdentity(pipeline).ForJob(pipeline).StartAt(at).WithSimpleSchedule(x => x.WithRepeatCount(0).WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow)).Build(),
            TriggerConflict.Replace, ct);

    [DisallowConcurrentExecution]
    sealed class TickJob(Func<string, CancellationToken, Task<DateTimeOffset?>> look, Func<Exception, string, Task> tell) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            var pipeline = context.JobDetail.Key.Name;
            try
            {
                if (await look(pipeline, cancellationToken) is { } next)
                    await SetAsync(context.Scheduler, pipeline, next, cancellationToken);
            }
            catch (Exception e) when (e is PipelineException or System.Data.Common.DbException or IOException or UsageException)
            {
                await tell(e, $"the schedule of {pipeline}");
                await SetAsync(context.Scheduler, pipeline, context.Scheduler.TimeProvider.GetUtcNow() + Again, cancellationToken);
            }
        }
    }
}
