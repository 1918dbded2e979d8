using Cartage.Checks;
using Cartage.Runs;

namespace Cartage.Host.Output;

/// <summary>Runs as JSON, in the words of the command line.</summary>
static class RunData
{
    public static string Json(RunResult run) => Cell.Json(Of(run));

    public static Dictionary<string, object?> Of(RunResult run) => new()
    {
        ["run"] = run.RunId,
        ["pipeline"] = run.Pipeline,
        ["state"] = RunView.Text(run.State),
        ["from"] = run.Interval.Start,
        ["to"] = run.Interval.End,
        ["started_at"] = run.StartedAt,
        ["took_s"] = run.Took,
        ["changed"] = !RunSummary.IsUnchanged(run),
        ["message"] = run.Message,
        ["hint"] = run.Hint,
        ["report"] = run.Report,
        ["feeds"] = run.Equations.Select(x => new Dictionary<string, object?>
        {
            ["feed"] = x.Feed,
            ["read"] = x.Read,
            ["inserted"] = x.Inserted,
            ["updated"] = x.Updated,
            ["deleted"] = x.Deleted,
            ["unchanged"] = x.Unchanged,
            ["superseded"] = x.Superseded,
            ["dropped"] = x.Dropped,
            ["quarantined"] = x.Quarantined,
            ["holds"] = x.Holds,
        }),
        ["tasks"] = run.Tasks.Select(Of),
        ["checks"] = run.Checks.Select(Of),
    };

    static Dictionary<string, object?> Of(TaskResult x) => new()
    {
        ["kind"] = x.Kind,
        ["name"] = x.Name,
        ["state"] = RunView.Text(x.State),
        ["started_at"] = x.StartedAt,
        ["took_s"] = x.Took,
        ["why"] = x.Why,
        ["rows"] = x.Rows,
        ["inserted"] = x.Inserted,
        ["updated"] = x.Updated,
        ["deleted"] = x.Deleted,
        ["unchanged"] = x.Unchanged,
        ["closed"] = x.Closed,
        ["place"] = x.Place,
        ["message"] = x.Message,
    };

    public static Dictionary<string, object?> Of(CheckResult x) => new()
    {
        ["check"] = x.Check.Name,
        ["table"] = x.Table,
        ["severity"] = x.Check.Severity.ToString().ToLowerInvariant(),
        ["passed"] = x.Passed,
        ["failing"] = x.Failing,
        ["rows"] = x.Rows,
        ["accepted"] = x.Accepted,
        ["message"] = x.Message,
        ["samples"] = x.Samples,
    };
}
