using System.Globalization;
using Cartage.Checks;
using Cartage.Models;

namespace Cartage.Projects;

/// <summary>A project as far as it could be read, and every mistake found on the way.</summary>
public sealed record LoadedProject(Project Project, IReadOnlyList<Finding> Findings);

/// <summary>Reads a project's folder.</summary>
public static class ProjectFiles
{
    /// <summary>Reads everything; mistakes are findings, all of them at once.</summary>
    public static LoadedProject Load(string folder, string? environment = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var root = Path.GetFullPath(folder);
        List<Finding> findings = [];
        var project = ReadProject(root, environment, variables, findings);
        var resolver = new Resolver(root, project.Variables);
        var pipelines = Path.Combine(root, "pipelines");
        if (!Directory.Exists(pipelines))
            findings.Add(new("project.yml", 1, "the project has no folder 'pipelines'", "Each pipeline is a folder in it, with a pipeline.yml."));
        List<Pipeline> read = Directory.Exists(pipelines) ? [.. Directory.GetDirectories(pipelines).Order(StringComparer.Ordinal).Select(p => ReadPipeline(root, p, resolver, findings)).OfType<Pipeline>()] : [];
        project = project with { Pipelines = read };
        findings.AddRange(References.Findings(project));
        return new(project, [.. findings.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line)]);
    }

    static Project ReadProject(string root, string? environment, IReadOnlyDictionary<string, string>? given, List<Finding> findings)
    {
        var path = Path.Combine(root, "project.yml");
        var fallback = new Project(Path.GetFileName(root), root);
        if (!File.Exists(path))
        {
            findings.Add(new("project.yml", 1, "it is not there", "'cartage init' makes a project."));
            return fallback;
        }
        if (new YamlFile("project.yml", 0, findings).Parse(File.ReadAllText(path)) is not { } map)
            return fallback;
        if (map.Text("name") is null)
            map.Missing("name");
        map.NotYet("connections", "notifications");
        var project = fallback with
        {
            Name = map.Text("name") ?? fallback.Name,
            Warehouse = Warehouse(map),
            Zones = Texts(map, "zones"),
            Variables = Texts(map, "variables"),
            Retention = map.Entries("retention").Where(e => e.Text is not null).ToDictionary(e => e.Key, e => Durations.TryParse(e.Text!, out var span) ? span : Bad(map, e.Line, e.Text!)),
        };
        foreach (var (name, overlay, _, _) in map.Entries("environments"))
            if (overlay is not null && name == environment)
                project = project with
                {
                    Warehouse = overlay.Has("warehouse") ? Warehouse(overlay) : project.Warehouse,
                    Zones = Over(project.Zones, Texts(overlay, "zones")),
                    Variables = Over(project.Variables, Texts(overlay, "variables")),
                };
        if (environment is not null && !map.Entries("environments").Any(e => e.Key == environment))
            map.File.Add(map.LineOf("environments"), $"there is no environment '{environment}'", Spelling.Suggest(environment, map.Entries("environments").Select(e => e.Key)));
        map.Done();
        return given is null ? project : project with { Variables = Over(project.Variables, given) };
    }

    static TimeSpan Bad(YamlMap map, int line, string text)
    {
        map.File.Add(line, $"'{text}' is not a duration such as 400d");
        return TimeSpan.Zero;
    }

    static ConnectionSpec Warehouse(YamlMap map)
    {
        if (!map.Has("warehouse"))
            return new("warehouse", "duckdb", new Dictionary<string, string>(), "project.yml", 1);
        var line = map.LineOf("warehouse");
        var before = map.File.Findings.Count;
        var details = map.Map("warehouse");
        if (details is null)
            map.File.Findings.RemoveRange(before, map.File.Findings.Count - before);
        var type = details is null ? map.Text("warehouse") ?? "duckdb" : details.Text("type") ?? "duckdb";
        if (type != "duckdb")
            map.File.Add(line, $"there is no warehouse of type '{type}'", Spelling.Suggest(type, ["duckdb"]) ?? "This version knows: duckdb.");
        return new("warehouse", type, details?.Entries().Where(e => e.Text is not null && e.Key != "type").ToDictionary(e => e.Key, e => e.Text!) ?? [], "project.yml", line);
    }

    static Pipeline? ReadPipeline(string root, string folder, Resolver resolver, List<Finding> findings)
    {
        var name = Path.GetFileName(folder);
        string Relative(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');
        var file = Path.Combine(folder, "pipeline.yml");
        if (!File.Exists(file))
        {
            findings.Add(new(Relative(file), 1, "it is not there", "A folder in 'pipelines' needs one, even if it only has a description."));
            return null;
        }
        if (new YamlFile(Relative(file), 0, findings).Parse(File.ReadAllText(file)) is not { } map)
            return null;
        map.NotYet("triggers", "wait_for", "notify");
        _ = (map.Text("catchup"), map.Text("overlap"));
        var zone = Zone(map);
        var pipeline = new Pipeline(name, Relative(file))
        {
            Description = map.Text("description"),
            Owner = map.Text("owner"),
            Tags = map.Texts("tags"),
            Schedule = map.Text("schedule"),
            TimeZone = zone,
            Start = Start(map, zone),
            Timeout = map.Duration("timeout"),
            Retry = map.Map("retry") is { } retry ? ReadRetry(retry) : new(),
            Feeds = [.. Files(folder, "feeds", "*.yml").SelectMany(f => new YamlFile(Relative(f), 0, findings).Parse(File.ReadAllText(f)) is { } m ? FeedFile.Read(m, name, resolver).ToList() : [])],
            Models = [.. Files(folder, "models", "*.sql").Select(f => ModelFile.Read(Relative(f), name, File.ReadAllText(f), findings)).OfType<Model>()],
            Checks = [.. Files(folder, "checks", "*.sql").Select(f => ModelFile.ReadCheck(Relative(f), File.ReadAllText(f), findings)).OfType<Check>()],
        };
        map.Done();
        return pipeline;
    }

    static RetryPolicy ReadRetry(YamlMap map)
    {
        var policy = new RetryPolicy(map.Number("attempts") ?? 1, map.Duration("delay") ?? TimeSpan.Zero, map.Text("backoff") == "exponential", map.Duration("max_delay"));
        map.Done();
        return policy;
    }

    static TimeZoneInfo Zone(YamlMap map)
    {
        if (map.Text("timezone") is not { } name)
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return zone;
        map.File.Add(map.LineOf("timezone"), $"there is no time zone '{name}'", "Write it as Europe/Paris or Asia/Bangkok.");
        return TimeZoneInfo.Utc;
    }

    static DateTimeOffset? Start(YamlMap map, TimeZoneInfo zone)
    {
        if (map.Text("start") is not { } text)
            return null;
        if (DateOnly.TryParse(text, CultureInfo.InvariantCulture, out var date))
            return new DateTimeOffset(date.ToDateTime(default), zone.GetUtcOffset(date.ToDateTime(default))).ToUniversalTime();
        map.File.Add(map.LineOf("start"), $"'start' must be a date such as 2016-01-01, not '{text}'");
        return null;
    }

    static IEnumerable<string> Files(string folder, string kind, string pattern) =>
        Directory.Exists(Path.Combine(folder, kind)) ? Directory.EnumerateFiles(Path.Combine(folder, kind), pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    static Dictionary<string, string> Texts(YamlMap map, string key) => map.Entries(key).Where(e => e.Text is not null).ToDictionary(e => e.Key, e => e.Text!);

    static Dictionary<string, string> Over(IReadOnlyDictionary<string, string> below, IReadOnlyDictionary<string, string> above) =>
        below.Where(x => !above.ContainsKey(x.Key)).Concat(above).ToDictionary();
}
