using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;

namespace Cartage.Runs;

/// <summary>Does what follows a publish, from the outbox: at once, or in the next run of the pipeline where a process ended or a store refused.</summary>
sealed class Following(Workspace workspace, Pipeline pipeline, string tempFolder, RunLog log)
{
    /// <summary>Writes down what must follow a run that publishes these models, in the transaction that does.</summary>
    public async Task WriteDownAsync(DbConnection connection, RunResult run, IReadOnlyList<TableProfile> profiles, IEnumerable<Model> models, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<(string Rules, long Rows, string Example)>> aside = [];
        foreach (var feed in pipeline.Feeds)
            if ((await QuarantineTable.CountAsync(connection, workspace.Warehouse.Dialect, feed, ct)).Where(x => x.Status == "open").Select(x => (x.Rules, x.Rows, QuarantineTable.Masked(feed, x.Example))).ToList() is { Count: > 0 } rows)
                aside[feed.Name] = rows;
        await Outbox.AddAsync(connection, pipeline, run.RunId, [new FollowUp.Report(QualityReport.Describe(run, profiles, aside)), .. Exports(models, run.Interval)], ct);
    }

    /// <summary>Does what this run has to do, or what runs before it left; returns the report's place, and the first thing that cannot be done, which stays.</summary>
    public async Task<(string? Report, PipelineException? Failed)> RunAsync(string run, bool before, CancellationToken ct)
    {
        string? report = null;
        PipelineException? failed = null;
        foreach (var item in await OpenAsync(run, before, ct))
            try
            {
                var place = await log.DoAsync(
                    item.Work.Kind, item.Work is FollowUp.Export export ? export.Model : pipeline.Name, before ? $"what run {item.RunId} left to do" : "after the commit",
                    () => Retry.RunAsync(pipeline.Retry, workspace.Clock, () => DoAsync(item, ct), (attempt, e) => log.Tell(item.Work.Kind, pipeline.Name, RunState.Running, $"attempt {attempt} failed: {e.Message}"), ct),
                    (task, written) => task with { Place = written });
                if (before)
                    await TellLateAsync(item, place, ct);
                else if (item.Work is FollowUp.Report)
                    report = place;
            }
            catch (PipelineException e)
            {
                failed ??= e;
            }
            catch (DbException e)
            {
                failed ??= new(workspace.Warehouse.Dialect.Explain(e).Message, inner: e);
            }
        return (report, failed);
    }

    async Task<IReadOnlyList<OutboxItem>> OpenAsync(string run, bool before, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(workspace.Warehouse, connection, ct);
        return [.. (await Outbox.OpenAsync(connection, pipeline, ct)).Where(i => i.RunId == run != before)];
    }

    IEnumerable<FollowUp> Exports(IEnumerable<Model> models, Interval interval) =>
        from model in models
        let export = model.Export
        where export is not null
        select new FollowUp.Export(model.Name, export.Zone, export.KeyFor(interval, pipeline.TimeZone, workspace.Project.Variables), export.Formats);

    // Returns what it wrote; null where there is nothing left to do it with.
    async Task<string?> DoAsync(OutboxItem item, CancellationToken ct)
    {
        var place = item.Work switch
        {
            FollowUp.Report report => await QualityReport.WriteAsync(workspace.Zones.Reports, workspace.Store, report.Data, ct),
            FollowUp.Export export => await ExportAsync(export, ct),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        Failpoint.Reach("followed");
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await Outbox.RemoveAsync(connection, item, CancellationToken.None);
        return place;
    }

    // The history is brought in line with what was done for an earlier run.
    async Task TellLateAsync(OutboxItem item, string? place, CancellationToken ct)
    {
        if (await workspace.Store.GetRunAsync(item.RunId, ct) is not { } run)
            return;
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        if (item.Work is FollowUp.Report)
            run = run with { Report = place };
        if (run.State == RunState.Failed && await WarehouseState.OutcomeAsync(connection, run.RunId, ct) is { } state && !(await Outbox.OpenAsync(connection, pipeline, ct)).Exists(i => i.RunId == run.RunId))
            run = run with { State = state, Message = "what follows its publishing was done by a later run", Hint = null };
        await workspace.Store.SaveAsync(run, CancellationToken.None);
    }

    async Task<string?> ExportAsync(FollowUp.Export export, CancellationToken ct)
    {
        if (pipeline.Models.FirstOrDefault(m => m.Name == export.Model) is not { } model || !workspace.Zones.ByName.TryGetValue(export.Zone, out var zone))
            return null; // it was taken out of the project since
        await new Exporter(workspace.Warehouse, zone, tempFolder).WriteAsync(model, export.Key, export.Formats, ct);
        return $"{zone}/{export.Key}.{string.Join(", .", export.Formats)}";
    }
}
