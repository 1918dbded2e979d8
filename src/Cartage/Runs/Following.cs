using Cartage.Models;
using Cartage.Projects;

namespace Cartage.Runs;

/// <summary>Does what follows a publish, from the outbox: at once, or in the next run of the pipeline where a process ended or a store refused.</summary>
sealed class Following(Workspace workspace, Pipeline pipeline, string tempFolder)
{
    /// <summary>What a run that publishes these models must do afterwards besides its report.</summary>
    public IEnumerable<FollowUp> Exports(IEnumerable<Model> models, Interval interval) =>
        from model in models
        let export = model.Export
        where export is not null
        select new FollowUp.Export(model.Name, export.Zone, export.KeyFor(interval, pipeline.TimeZone, workspace.Project.Variables), export.Formats);

    /// <summary>What runs before this one left to be done, or what this one has to do.</summary>
    public async Task<IReadOnlyList<OutboxItem>> OpenAsync(string run, bool before, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await WarehouseState.EnsureAsync(connection, ct);
        return [.. (await Outbox.OpenAsync(connection, pipeline, ct)).Where(i => i.RunId == run != before)];
    }

    /// <summary>Does one thing and returns what it wrote; null where there is nothing left to do it with.</summary>
    public async Task<string?> DoAsync(OutboxItem item, CancellationToken ct)
    {
        var place = item.Work switch
        {
            FollowUp.Report report => await QualityReport.WriteAsync(workspace.Zones.Reports, report.Data, ct),
            FollowUp.Export export => await ExportAsync(export, ct),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        Failpoint.Reach("followed");
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await Outbox.RemoveAsync(connection, item, CancellationToken.None);
        return place;
    }

    /// <summary>Brings the history in line with something that was done for an earlier run.</summary>
    public async Task TellLateAsync(OutboxItem item, string? place, CancellationToken ct)
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
