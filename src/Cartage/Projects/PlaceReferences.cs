using Cartage.Models;

namespace Cartage.Projects;

/// <summary>Mistakes in the places of objects and in what is waited for: variables that are not there, zones that do not exist, dates that cannot be written.</summary>
static class PlaceReferences
{
    static readonly string[] Schemes = ["inbox", "raw", "processed", "reports", "s3"];

    public static IEnumerable<Finding> Findings(Project project) =>
        project.Pipelines.SelectMany(pipeline => (IEnumerable<Finding>)
        [
            .. pipeline.Triggers.OfType<Trigger.ObjectCreated>().SelectMany(t => Mistakes(project, t.Pattern, pipeline.File, t.Line)),
            .. pipeline.WaitFor.Where(w => w.Object is not null).SelectMany(w => Mistakes(project, w.Object!, pipeline.File, w.Line)),
            .. pipeline.Feeds.SelectMany(f => f.Files.SelectMany(text => Mistakes(project, text, f.File, f.Line))),
            .. pipeline.WaitFor.SelectMany(w => WaitMistakes(pipeline, w)),
        ]);

    static IEnumerable<Finding> WaitMistakes(Pipeline pipeline, WaitFor wait)
    {
        var text = wait.Object ?? wait.Query!;
        if (Template.Malformed(text) is not null)
            yield return new(pipeline.File, wait.Line, $"'{text}' has a date format that is none", "Such as {{ start:yyyy-MM-dd }}.");
        if (wait.Object is not null && Template.Names(text).FirstOrDefault(n => n is not ("start" or "end")) is { } unknown)
            yield return new(pipeline.File, wait.Line, $"the placeholder '{{{{ {unknown} }}}}' of '{text}' has no value", "There are start and end; a variable is written ${var:name}.");
    }

    static IEnumerable<Finding> Mistakes(Project project, string text, string file, int line)
    {
        foreach (var name in new Resolver(project.Root, project.Variables).Unknown(text))
            yield return new(file, line, $"there is no variable '{name}' for '{text}'", Spelling.Suggest(name, project.Variables.Keys) ?? "Add it to 'variables' in project.yml, or give it with --var.");
        if (text.Split("://", 2) is [var scheme, _] && !scheme.Contains('$') && !Schemes.Contains(scheme))
            yield return new(file, line, $"'{text}' is in no zone and no bucket: there is no '{scheme}://'", Spelling.Suggest(scheme, Schemes) ?? "Write it as inbox://orders/*.csv, s3://bucket/orders/*.csv or a path.");
    }
}
