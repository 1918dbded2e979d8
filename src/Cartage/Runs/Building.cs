using System.Data.Common;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Plans;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The third phase of a run: models become tables, aside or within the caller's transaction, and what is aside takes its place.</summary>
sealed class Building(Workspace workspace, Plan plan, RunRequest request, RunLog log, DbConnection connection, DbConnection door, IReadOnlyDictionary<string, FeedLoad> loads)
{
    readonly Dialect _dialect = workspace.Warehouse.Dialect;
    readonly Dictionary<string, ModelResult> _results = [];
    Changes _changes = Changes.None;

    /// <summary>The models that were built and what that did to their tables, in the order of the plan.</summary>
    public IEnumerable<(Model Model, ModelResult Result)> Built => plan.Builds.Where(b => _results.ContainsKey(b.Model.Name)).Select(b => (b.Model, _results[b.Model.Name]));

    /// <summary>Models whose tables no longer follow from what they read.</summary>
    public IEnumerable<string> Stale => _changes.Stale();

    /// <summary>Which table a name means now.</summary>
    public TableNames Names => new(workspace, plan, loads, At);

    /// <summary>Where a model's rows are, null where it was not built.</summary>
    public Table? At(Model model) => _results.TryGetValue(model.Name, out var result) ? result.Aside ?? model.Table : null;

    /// <summary>Columns that are known to have other values in each of a model's rows; none where it was not built, or got placeholders since.</summary>
    public IReadOnlyList<string> Distinct(Model model) => _results.TryGetValue(model.Name, out var result) && !_results.Values.Any(r => r.Inferred.Contains(model.Name)) ? result.Distinct : [];

    /// <summary>Builds those of some models that read something that changed; says why the run is to be rejected, null where it is not.</summary>
    public async Task<string?> RunAsync(IReadOnlyList<PlannedTask.Build> builds, CancellationToken ct)
    {
        _changes = await Changes.OfAsync(door, plan.Pipeline, loads.Values, ct);
        foreach (var build in builds)
        {
            var model = build.Model;
            var because = _changes.Because(model);
            if (!build.Certain && because is null && !model.IsOfInterval)
            {
                _changes.Stands(model);
                log.Skip("build", model.Name, "nothing it reads changed");
                continue;
            }
            var result = _results[model.Name] = await BuildAsync(build, because, builds, ct);
            _changes.Add(build, result, plan.Swap);
            if (result.Reject is { } reject)
                return $"{model.Name}: {reject}";
        }
        return null;
    }

    /// <summary>Puts what is still aside in its place: views out of the way first, then feeds and tables, then views with the names everybody sees.</summary>
    public async Task PublishAsync(CancellationToken ct)
    {
        var aside = Built.Where(b => b.Result.Aside is not null).Select(b => b.Model).ToList();
        var views = aside.Where(m => m.Materialization is Materialization.View).ToList();
        foreach (var view in Enumerable.Reverse(views))
            await connection.ExecuteAsync($"DROP VIEW {_dialect.Quote(view.Table.Next)}", ct);
        var publication = new Publication(connection, _dialect) { MadeAnew = views.Select(v => v.Table).ToHashSet() };
        if (plan.Swap)
            foreach (var load in loads.Values)
                await load.ApplyAsync(connection, ct);
        foreach (var load in loads.Values)
            await load.PublishAsync(connection, publication.MadeAnew, ct);
        foreach (var model in aside)
        {
            await ModelBuilder.PublishAsync(publication, model, model.Materialization is Materialization.View ? await Names.FinalAsync(door, model, ct) : "", ct);
            _results[model.Name] = _results[model.Name] with { Aside = null };
        }
        await publication.DropAsync(_results.Values.Select(r => r.Changes).OfType<Table>(), ct);
    }

    async Task<ModelResult> BuildAsync(PlannedTask.Build build, string? because, IReadOnlyList<PlannedTask.Build> builds, CancellationToken ct)
    {
        var model = build.Model;
        var context = new BuildContext(plan.Swap, Names.Aside, Names.Find, plan.Interval, Names.Render(model)) { Changes = _changes.Tables, Whole = build.Certain || because is null, TellsChanges = !plan.Swap && _changes.AreAskedFor(model, builds), Render = Names.Render, Replays = request.Replay is not null };
        try
        {
            return await log.DoAsync(
                "build", model.Name, build.Certain ? build.Why : because is null ? "a new interval" : $"{because} changed",
                () => new ModelBuilder(connection, door, _dialect, model, context).BuildAsync(ct),
                (task, built) => task with { Rows = model.Materialization is Materialization.View ? null : built.Rows, Inserted = built.Inserted, Updated = built.Updated, Deleted = built.Deleted, Unchanged = built.Unchanged, Closed = built.Closed });
        }
        catch (DbException e) when (_dialect.Explain(e) is { IsTransient: false } explained)
        {
            throw new PipelineException($"{model.File}: the model '{model.Name}' cannot be built: {explained.Message}", hint: "Nothing was published. Correct its SQL, then run again.", inner: e);
        }
    }
}
