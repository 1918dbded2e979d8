using System.Text.RegularExpressions;
using Cartage.Projects;
using Cartage.Storage;

namespace Cartage.Triggers;

/// <summary>Where objects are, as one text whatever keeps them: an absolute path, or <c>s3://bucket/key</c>.</summary>
public static class Places
{
    static readonly Dictionary<string, string> Usual = new() { ["inbox"] = "data", ["raw"] = ".cartage/raw", ["processed"] = ".cartage/processed", ["reports"] = ".cartage/reports" };

    /// <summary>The place that a pattern such as <c>inbox://orders/*.csv</c> means; what stands in it unresolved is resolved.</summary>
    public static string Of(Project project, string pattern, string file, int line)
    {
        var text = new Resolver(project.Root, project.Variables).Resolve(pattern, file, line);
        var (zone, rest) = text.Split("://", 2) is [var scheme, var path] && Usual.ContainsKey(scheme) ? (scheme, path) : ("", text);
        if (zone.Length > 0)
            text = new Resolver(project.Root, project.Variables).Resolve(project.Zones.GetValueOrDefault(zone, Usual[zone]), "project.yml", 1).TrimEnd('/') + "/" + rest.TrimStart('/');
        return text.Contains("://", StringComparison.Ordinal) ? text : Path.GetFullPath(text, project.Root);
    }

    /// <summary>Whether there is such a zone.</summary>
    public static bool IsZone(string name) => Usual.ContainsKey(name);

    /// <summary>Whether a place is on this machine.</summary>
    public static bool IsLocal(string place) => !place.Contains("://", StringComparison.Ordinal);

    /// <summary>The places whose objects start pipelines.</summary>
    public static IReadOnlyList<(string Pipeline, string Pattern, Regex Matches)> Triggers(Project project) =>
        [.. project.Pipelines.SelectMany(p => p.Triggers.OfType<Trigger.ObjectCreated>().Select(t => Of(project, t.Pattern, p.File, t.Line)).Select(place => (p.Name, place, Glob.Of(place))))];
}
