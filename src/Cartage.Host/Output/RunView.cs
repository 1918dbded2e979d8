using Cartage.Host.Commands;
using Cartage.Plans;
using Cartage.Runs;
using Spectre.Console;

namespace Cartage.Host.Output;

/// <summary>Shows a run as it goes: one live view for a person, plain lines or JSON otherwise.</summary>
sealed class RunView(Invocation on, Plan plan) : IProgress<RunEvent>
{
    const int BarWidth = 24;

    readonly RunBoard _board = new(plan);
    readonly long _began = on.Shell.Clock.GetTimestamp();
    int _frame;

    public void Report(RunEvent value)
    {
        _board.Take(value);
        if (on.LogsJson)
            on.Log(value.State is RunState.Failed or RunState.Rejected ? "error" : "info", value.Kind, value.Message, ("run", value.RunId), ("task", value.Task), ("state", Text(value.State)));
        else if (!on.CanDraw && !on.Quiet && value is { Task.Length: > 0, State: not (RunState.Running or RunState.Queued or RunState.Skipped) })
            Line(value);
    }

    /// <summary>Waits for the run; what takes less than half a second is not worth a picture.</summary>
    public async Task<T> WhileAsync<T>(Func<Task<T>> work)
    {
        if (!on.CanDraw)
            return await work();
        var run = Task.Run(work);
        if (await Task.WhenAny(run, Task.Delay(Waiting.Patience, on.Shell.Clock)) != run)
            await on.Terminal.Console(on.Terminal.Error).Live(Picture()).AutoClear(true).StartAsync(async live =>
            {
                while (await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(100), on.Shell.Clock)) != run)
                    live.UpdateTarget(Picture());
            });
        return await run;
    }

    public static string Text(RunState state) => state.ToString().ToLowerInvariant();

    void Line(RunEvent e)
    {
        lock (_board)
            on.Terminal.Error.WriteLine($"{e.Kind,-8} {e.Task,-24} {Told(e)}".TrimEnd());
    }

    // Why something failed is said once, at the end; but what is extracted may be tried again, and then the end says nothing of it.
    static string Told(RunEvent e) => e.State switch
    {
        RunState.Succeeded => e.Message,
        RunState.Failed or RunState.Rejected when e.Kind != "extract" => Text(e.State),
        _ => $"{Text(e.State)}: {e.Message}",
    };

    Rows Picture()
    {
        var grid = new Spectre.Console.Grid().AddColumn(new GridColumn().NoWrap().Padding(1, 0)).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap().RightAligned()).AddColumn();
        _frame++;
        foreach (var (name, done, total, failed, doing) in _board.Snapshot())
            grid.AddRow(new Markup(Mark(done, total, failed, doing)), new Text(name), new Markup(Bar(done, total)), new Markup($"[grey]{done}/{total}[/]"), new Text(string.Join(", ", doing.Take(4)) + (doing.Count > 4 ? " …" : ""), new Style(Color.Grey)) { Overflow = Overflow.Ellipsis });
        return new Rows(new Markup($"[bold]{Markup.Escape(plan.Pipeline.Name)}[/] [grey]{Cell.Duration(on.Shell.Clock.GetElapsedTime(_began))}[/]"), grid);
    }

    string Mark(int done, int total, bool failed, IReadOnlyList<string> doing) =>
        failed ? "[red]✗[/]"
        : doing.Count > 0 ? $"[yellow]{"⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[_frame % 10]}[/]"
        : done >= total ? "[green]✓[/]"
        : "[grey]·[/]";

    static string Bar(int done, int total)
    {
        var filled = total == 0 ? 0 : done * BarWidth / total;
        return $"[{(done >= total ? "green" : "yellow")}]{new string('━', filled)}[/][grey]{new string('─', BarWidth - filled)}[/]";
    }
}
