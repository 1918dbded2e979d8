namespace Cartage.Runs;

/// <summary>What a run's tasks come to, as it happens: kept for its result, and told to who watches and to the history; safe for parallel tasks.</summary>
sealed class RunLog(RunStore store, TimeProvider clock, string runId, IProgress<RunEvent>? progress)
{
    readonly List<TaskResult> _tasks = [];

    /// <summary>The tasks that ended, in that order.</summary>
    public IReadOnlyList<TaskResult> Tasks
    {
        get
        {
            lock (_tasks)
                return [.. _tasks];
        }
    }

    /// <summary>Does a task's work and notes what it came to; <paramref name="fill"/> adds the counts, and says where what was done found fault.</summary>
    public async Task<T> DoAsync<T>(string kind, string name, string why, Func<Task<T>> work, Func<TaskResult, T, TaskResult>? fill = null)
    {
        var (at, began) = (clock.GetUtcNow(), clock.GetTimestamp());
        TaskResult Ended(RunState state) => new(kind, name, state, at, clock.GetElapsedTime(began), why);
        Tell(kind, name, RunState.Running, why);
        try
        {
            var value = await work();
            var done = Ended(RunState.Succeeded);
            done = fill is null ? done : fill(done, value);
            Add(done);
            Tell(kind, name, done.State, done.Message ?? (done.Rows is { } rows ? Count(kind, rows) : kind == "build" ? "a view" : why));
            return value;
        }
        catch (Exception e)
        {
            var (state, message) = e is OperationCanceledException ? (RunState.Cancelled, "it was cancelled") : (RunState.Failed, e.Message);
            Add(Ended(state) with { Message = message });
            Tell(kind, name, state, message);
            throw;
        }
    }

    /// <summary>Does work that has no result.</summary>
    public Task DoAsync(string kind, string name, string why, Func<Task> work) =>
        DoAsync(kind, name, why, async () =>
        {
            await work();
            return true;
        });

    /// <summary>Notes a task that had nothing to do.</summary>
    public void Skip(string kind, string name, string why)
    {
        Add(new(kind, name, RunState.Skipped, clock.GetUtcNow(), TimeSpan.Zero, why));
        Tell(kind, name, RunState.Skipped, why);
    }

    /// <summary>Takes back tasks that are done again.</summary>
    public void Forget(string kind, IReadOnlyList<string> names)
    {
        lock (_tasks)
            _tasks.RemoveAll(t => t.Kind == kind && names.Contains(t.Name));
    }

    /// <summary>Takes back all tasks of other kinds, which are done again.</summary>
    public void KeepOnly(params IReadOnlyList<string> kinds)
    {
        lock (_tasks)
            _tasks.RemoveAll(t => !kinds.Contains(t.Kind));
    }

    /// <summary>Says what happens.</summary>
    public void Tell(string kind, string task, RunState state, string message)
    {
        var e = new RunEvent(clock.GetUtcNow(), runId, kind, task, state, message);
        store.Add(e);
        progress?.Report(e);
    }

    static string Count(string kind, long count) =>
        kind == "extract" && count == 0 ? "nothing new" : $"{count:N0} {(kind == "extract" ? "new object" : "row")}{(count == 1 ? "" : "s")}";

    void Add(TaskResult task)
    {
        lock (_tasks)
            _tasks.Add(task);
    }
}
