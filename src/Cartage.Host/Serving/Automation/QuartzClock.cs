using Cartage.Runs;
using Quartz;

namespace Cartage.Host.Serving.Automation;

/// <summary>
/// Quartz as the clock: one durable job a pipeline, whose trigger is set to the tick its schedule says is next. When a tick is, and what is done then, is not Quartz's to say.
/// Several servers share one clock: each pipeline's rings at one of them, and at another when that one fell silent while it looked.
/// </summary>
sealed class QuartzClock : IAsyncDisposable
{
    const int Hands = 4;
    static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    readonly IScheduler _scheduler;

    QuartzClock(IScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Starts it; <paramref name="look"/> does what is due for a pipeline and returns when to look again, null for never.</summary>
    public static async Task<QuartzClock> StartAsync(Func<string, CancellationToken, Task<DateTimeOffset?>> look, Func<Exception, string, Task> tell, RunDatabase database, TimeProvider clock, CancellationToken ct)
    {
        var scheduler = await ReachedAsync(() => QuartzSchedulerBuilder
            .Create(q => Kept(q, database)
                .ConfigureScheduler(x => (x.InstanceName, x.GenerateInstanceId) = (database.Clock is null ? $"cartage-{Guid.NewGuid():N}" : "cartage", database.Clock is not null))
                .UseTimeProvider(clock)
                .UseDefaultThreadPool(Hands)
                .AddJobType(_ => new TickJob(look, tell)))
            .BuildScheduler(ct).AsTask());
        await ReachedAsync(async () =>
        {
            await scheduler.Start(ct);
            return true;
        });
        return new(scheduler);
    }

    /// <summary>Has a pipeline looked at when the time comes; a time set before is forgotten.</summary>
    public async Task SetAsync(string pipeline, DateTimeOffset at, CancellationToken ct)
    {
        var job = JobBuilder.Create<TickJob>().WithIdentity(pipeline).StoreDurably().RequestRecovery().Build();
        await ReachedAsync(async () =>
        {
            await _scheduler.AddJob(job, new AddJobOptions { Replace = true }, ct);
            await SetAsync(_scheduler, pipeline, at, ct);
            return true;
        });
    }

    /// <summary>Forgets a pipeline.</summary>
    public Task ForgetAsync(string pipeline, CancellationToken ct) => ReachedAsync(() => _scheduler.DeleteJob(new JobKey(pipeline), ct).AsTask());

    /// <summary>When a pipeline is looked at next.</summary>
    public async Task<DateTimeOffset?> NextAsync(string pipeline, CancellationToken ct) => (await ReachedAsync(() => _scheduler.GetTrigger(new TriggerKey(pipeline), ct).AsTask()))?.NextFireTimeUtc;

    /// <summary>Stops, when what is being looked at is done.</summary>
    public async ValueTask DisposeAsync() => await _scheduler.Shutdown(true);

    static async Task<T> ReachedAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (SchedulerException e)
        {
            throw new PipelineException($"the clock that servers share does not answer: {e.GetBaseException().Message}", isTransient: true, hint: "Look at the run store's server; schedules go on when it is back.", inner: e);
        }
    }

    static IQuartzBuilder Kept(IQuartzBuilder builder, RunDatabase database) =>
        database is not { Clock: var (driver, address), Lease: { } lease }
            ? builder.UseInMemoryStore()
            : builder.UsePersistentStore(s =>
            {
                s.ProvisionSchema();
                s.ConfigureStore(o => o.UseBackgroundThreads = true);
                s.UsePostgres(driver, address);
                s.UseClustering(c => (c.CheckinInterval, c.CheckinMisfireThreshold) = (lease / 4, lease));
            });

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
