namespace Cartage.Projects;

/// <summary>Mistakes in the places of objects: variables that are not there, zones that do not exist.</summary>
static class PlaceReferences
{
    static readonly string[] Schemes = ["inbox", "raw", "processed", "reports", "s3"];

    public static IEnumerable<Finding> Findings(Project project) =>
        project.Pipelines.SelectMany(p => Places(p).SelectMany(x => Mistakes(project, x.Text, x.File, x.Line)));

    static IEnumerable<(string Text, string File, int Line)> Places(Pipeline pipeline) =>
        [
            .. pipeline.Triggers.OfType<Trigger.ObjectCreated>().Select(t => (t.Pattern, pipeline.File, t.Line)),
            .. pipeline.WaitFor.Where(w => w.Object is not null).Select(w => (w.Object!, pipeline.File, w.Line)),
            .. pipeline.Feeds.SelectMany(f => f.Files.Select(text => (text, f.File, f.Line))),
        ];

    static IEnumerable<Finding> Mistakes(Project project, string text, string file, int line)
    {
        foreach (var name in new Resolver(project.Root, project.Variables).Unknown(text))
            yield return new(file, line, $"there is no variable '{name}' for '{text}'", Spelling.Suggest(name, project.Variables.Keys) ?? "Add it to 'variables' in project.yml, or give it with --var.");
        if (text.Split("://", 2) is [var scheme, _] && !scheme.Contains('$') && !Schemes.Contains(scheme))
            yield return new(file, line, $"'{text}' is in no zone and no bucket: there is no '{scheme}://'", Spelling.Suggest(scheme, Schemes) ?? "Write it as inbox://orders/*.csv, s3://bucket/orders/*.csv or a path.");
    }
}
