namespace Cartage.Projects;

/// <summary>Mistakes in what triggers and notices name.</summary>
static class TriggerReferences
{
    static readonly string[] Shared = ["raw", "processed", "reports"];

    public static IEnumerable<Finding> Findings(Project project)
    {
        var names = project.Pipelines.Select(p => p.Name).ToList();
        foreach (var pipeline in project.Pipelines)
        {
            foreach (var trigger in pipeline.Triggers)
                if (trigger is Trigger.After after && !names.Contains(after.Pipeline))
                    yield return new(pipeline.File, after.Line, $"there is no pipeline '{after.Pipeline}' to run after", Spelling.Suggest(after.Pipeline, names));
                else if (trigger is Trigger.Catalog catalog && !names.Contains(catalog.Table.Split('.')[0]))
                    yield return new(pipeline.File, catalog.Line, $"'{catalog.Table}' is no table of a pipeline", Spelling.Suggest(catalog.Table.Split('.')[0], names) ?? "Write it as pipeline.table.");
            foreach (var finding in Vias(project, pipeline.Notify, pipeline.File))
                yield return finding;
            if (Leads(project, pipeline.Name, []).Contains(pipeline.Name))
                yield return new(pipeline.File, pipeline.Triggers.First(t => t is Trigger.After or Trigger.Catalog).Line, $"'{pipeline.Name}' would start itself again: {string.Join(" → ", Circle(project, pipeline.Name))}", "Take one of the triggers out.");
        }
        if (project.ClusterLease is not null && project.Warehouse.Type != "postgres")
            yield return new("project.yml", project.Warehouse.Line, "several servers cannot share a DuckDB warehouse: its file has one owner", "Use warehouse: { type: postgres, url: … }, or take 'cluster' out.");
        if (project.ClusterLease is not null && project.State.Type != "postgres")
            yield return new("project.yml", project.State.Line, "several servers cannot share a run store in a DuckDB file: it has one owner", "Add state: { type: postgres, url: … }, or take 'cluster' out.");
        if (project.ClusterLease is not null)
            foreach (var zone in Shared.Where(z => !project.Zones.GetValueOrDefault(z, "").Contains("://", StringComparison.Ordinal) && !project.Zones.GetValueOrDefault(z, "").Contains("${", StringComparison.Ordinal)))
                yield return new("project.yml", 1, $"several servers cannot share the zone '{zone}': it is a folder of one machine", $"Write zones: {{ {zone}: s3://bucket/{zone} }}, or take 'cluster' out.");
        foreach (var finding in Vias(project, project.Notifications.Rule, "project.yml"))
            yield return finding;
    }

    static IEnumerable<Finding> Vias(Project project, NotifyRule? rule, string file) =>
        (rule?.Via ?? []).Where(v => !project.Connections.ContainsKey(v)).Select(v => new Finding(file, rule!.Line, $"notices go through '{v}', {References.NoConnection}", Spelling.Suggest(v, project.Connections.Keys) ?? "Add it under 'connections', such as mail: { type: smtp, url: \"smtp://127.0.0.1:25\", to: [you@example.com] }."));

    // The pipelines whose runs start a pipeline, near and far.
    static HashSet<string> Leads(Project project, string name, HashSet<string> seen)
    {
        foreach (var before in Before(project, name).Where(seen.Add).ToList())
            Leads(project, before, seen);
        return seen;
    }

    static IEnumerable<string> Before(Project project, string name) =>
        (project.Pipelines.FirstOrDefault(p => p.Name == name)?.Triggers ?? []).Select(t => t switch { Trigger.After a => a.Pipeline, Trigger.Catalog c => c.Table.Split('.')[0], _ => null }).OfType<string>();

    static IEnumerable<string> Circle(Project project, string name)
    {
        List<string> way = [name];
        do
            way.Insert(0, Before(project, way[0]).First(b => b == name || Leads(project, b, []).Contains(name)));
        while (way[0] != name && way.Count < 20);
        return way;
    }
}
