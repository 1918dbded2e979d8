using System.Data.Common;
using Cartage.Checks;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The fourth phase of a run: checks and profiles of exactly what is about to be published.</summary>
sealed class Checking(Workspace workspace, Plan plan, RunRequest request, DbConnection connection, DbConnection door)
{
    readonly Dialect _dialect = workspace.Warehouse.Dialect;
    readonly HashSet<string> _pii = [.. plan.Pipeline.Feeds.SelectMany(f => f.Columns.Where(c => c.Pii).Select(c => c.Name)), .. plan.Pipeline.Models.SelectMany(m => m.Pii)];

    /// <summary>Checks what was built, or, where only checks were asked for, what stands.</summary>
    public async Task<IReadOnlyList<CheckResult>> VerifyAsync(Building building, CancellationToken ct)
    {
        List<Model> models = [.. plan.Builds.Select(b => b.Model).Where(m => m.Checks.Count > 0 && (building.At(m) is not null || request.Only.Count > 0))];
        foreach (var model in models.Where(m => building.At(m) is null))
            if ((await Catalog.ColumnsAsync(connection, _dialect, model.Table, ct)).Count == 0)
                throw new PipelineException($"{model.Table} is not there to be checked", hint: "Build it first: cartage run") { IsMistake = true };
        List<PlannedCheck> planned = [.. models.SelectMany(m => m.Checks.Select(c => new PlannedCheck(c, m.Table, _pii, building.At(m)) { Distinct = building.Distinct(m) }))];
        foreach (var check in plan.Pipeline.Checks)
            planned.Add(new(check, null, _pii) { ShareOf = check is Check.Query { Allowed.IsPercent: true } query ? await ModelReader.ReadFirstAsync(door, query.Sql, ct) : null });
        var verifier = new Verifier(connection, _dialect, (sql, stop) => ModelReader.RewriteAsync(door, sql, building.Names.Aside, stop), plan.Interval.End);
        return [.. (await verifier.RunAsync(planned, ct)).Select(r => r with { Accepted = !r.Passed && request.Accept.Contains(r.Check.Name) })];
    }

    /// <summary>Describes the tables that a build changed.</summary>
    public async Task<IReadOnlyList<TableProfile>> ProfileAsync(Building building, CancellationToken ct)
    {
        List<TableProfile> profiles = [];
        foreach (var (model, result) in building.Built.Where(b => b.Result.Changed))
            profiles.Add(await TableProfile.ReadAsync(connection, _dialect, model.Name, result.Aside ?? model.Table, _pii, ct));
        return profiles;
    }
}
