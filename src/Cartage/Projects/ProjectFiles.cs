namespace Cartage.Projects;

/// <summary>A project as far as it could be read, and every mistake found on the way.</summary>
public sealed record LoadedProject(Project Project, IReadOnlyList<Finding> Findings);

/// <summary>Reads a project's folder.</summary>
public static class ProjectFiles
{
    /// <summary>What is found of a project that is only begun.</summary>
    public const string NoPipelines = "the project has no pipeline yet";

    const string Name = "project.yml";

    /// <summary>Reads everything; mistakes are findings, all of them at once.</summary>
    public static LoadedProject Load(string folder, string? environment = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var root = Path.GetFullPath(folder);
        List<Finding> findings = [];
        var (project, sound) = ReadProject(root, environment, findings);
        foreach (var unknown in sound ? variables?.Keys.Except(project.Variables.Keys) ?? [] : [])
            findings.Add(new(Name, 1, $"there is no variable '{unknown}'", Spelling.Suggest(unknown, project.Variables.Keys) ?? $"Declare it: variables: {{ {unknown}: … }}."));
        if (variables is not null)
            project = project with { Variables = Over(project.Variables, variables) };
        var pipelines = Path.Combine(root, "pipelines");
        if (!Directory.Exists(pipelines) || Directory.GetDirectories(pipelines).Length == 0)
            findings.Add(new(Name, 1, NoPipelines, "Each is a folder in 'pipelines' with a pipeline.yml; 'cartage crawl PATH --write' makes the first one from your files."));
        else
        {
            var resolver = sound ? new Resolver(root, project.Variables) : null;
            project = project with { Pipelines = [.. Directory.GetDirectories(pipelines).Order(StringComparer.Ordinal).Select(p => PipelineFile.Read(root, p, resolver, findings))] };
        }
        findings.AddRange(References.Findings(project).Concat(TriggerReferences.Findings(project)).Where(f => sound || !f.Message.Contains(References.NoConnection, StringComparison.Ordinal)));
        if (sound)
            findings.AddRange(PlaceReferences.Findings(project));
        return new(project, InOrder(findings));
    }

    internal static IReadOnlyList<Finding> InOrder(IEnumerable<Finding> findings) => [.. findings.Distinct().OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line)];

    internal static void Probe(YamlMap map) => ReadMap(map, new("", ""), null);

    // Sound where variables are known: without project.yml every reference to one would be a mistake that is none.
    static (Project Project, bool Sound) ReadProject(string root, string? environment, List<Finding> findings)
    {
        var path = Path.Combine(root, Name);
        var fallback = new Project(Path.GetFileName(root), root);
        if (!File.Exists(path))
            findings.Add(new(Name, 1, "it is not there", "'cartage init' makes a project."));
        else if (new YamlFile(Name, 0, findings).Parse(YamlFile.Read(path, Name, findings)) is { } map)
            return (ReadMap(map, fallback, environment), true);
        return (fallback, false);
    }

    static Project ReadMap(YamlMap map, Project fallback, string? environment)
    {
        var name = map.Text("name");
        if (name is null)
            map.Missing("name");
        var project = Lay(map, fallback with { Name = name ?? fallback.Name, Events = TriggersReader.Events(map), ClusterLease = TriggersReader.Cluster(map) });
        if (map.Map("retention") is { } retention)
            project = project with { Retention = ReadRetention(retention) };
        var environments = map.Entries("environments");
        foreach (var (key, overlay, _, line) in environments)
            if (overlay is null)
                map.File.Add(line, $"the environment '{key}' must be a map");
            else
            {
                var laid = Lay(overlay, project);
                overlay.Done();
                if (key == environment)
                    project = laid;
            }
        if (environment is not null && environments.All(e => e.Key != environment))
            map.File.Add(map.LineOf("environments"), $"there is no environment '{environment}'", Spelling.Suggest(environment, environments.Select(e => e.Key)) ?? (environments.Count == 0 ? "It declares none." : $"There are: {string.Join(", ", environments.Select(e => e.Key))}."));
        map.Done();
        return project;
    }

    // What an environment may say is what the project says, laid over it.
    static Project Lay(YamlMap map, Project below) =>
        below with
        {
            Warehouse = map.Has("warehouse") ? Warehouse(map) : below.Warehouse,
            State = map.Has("state") ? State(map) : below.State,
            Zones = map.Map("zones") is { } zones ? Over(below.Zones, ReadZones(zones)) : below.Zones,
            Variables = Over(below.Variables, map.TextsByName("variables")),
            Connections = Over(below.Connections, ConnectionsReader.Read(map)),
            Notifications = map.Has("notifications") ? TriggersReader.Notifications(map) : below.Notifications,
        };

    static readonly string[] WarehouseTexts = ["path", "url", "memory_limit", "lock_timeout", "iam_role", "access_key_id", "secret_access_key", "session_token"];
    static readonly string[] WarehouseNumbers = ["threads", "slices"];

    static ConnectionSpec Warehouse(YamlMap map)
    {
        var line = map.LineOf("warehouse");
        var (text, details) = map.TextOrMap("warehouse");
        var type = details?.Text("type") ?? text ?? "duckdb";
        Dictionary<string, string> settings = [];
        if (type is not ("duckdb" or "postgres" or "redshift"))
            map.File.Add(line, $"there is no warehouse of type '{type}'", Spelling.Suggest(type, ["duckdb", "postgres", "redshift"]) ?? "This version knows: duckdb, postgres, redshift.");
        else if (details is not null)
        {
            foreach (var key in WarehouseTexts)
                if (details.Text(key) is { } value)
                    settings[key] = value;
            foreach (var key in WarehouseNumbers)
                if (details.Number(key, 1) is { } value)
                    settings[key] = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            details.Done();
        }
        if (type is "postgres" or "redshift" && details?.Has("url") != true)
            map.File.Add(line, $"a {(type == "postgres" ? "PostgreSQL" : "Redshift")} warehouse needs 'url'", $"Write: warehouse: {{ type: {type}, url: \"${{WAREHOUSE_URL}}\" }}");
        return new("warehouse", type, settings, Name, line);
    }

    static ConnectionSpec State(YamlMap map)
    {
        var line = map.LineOf("state");
        var (text, details) = map.TextOrMap("state");
        var type = details?.Text("type") ?? text ?? "duckdb";
        Dictionary<string, string> settings = [];
        if (type is not ("duckdb" or "postgres"))
            map.File.Add(line, $"there is no run store of type '{type}'", Spelling.Suggest(type, ["duckdb", "postgres"]) ?? "This version knows: duckdb, postgres.");
        foreach (var key in (string[])["url", "schema"])
            if (details?.Text(key) is { } value)
                settings[key] = value;
        details?.Done();
        if (type == "postgres" && details?.Has("url") != true)
            map.File.Add(line, "a run store in PostgreSQL needs 'url'", "Write: state: { type: postgres, url: \"${STATE_URL}\" }");
        return new("state", type, settings, Name, line);
    }

    static Dictionary<string, string> ReadZones(YamlMap map)
    {
        Dictionary<string, string> zones = [];
        foreach (var zone in (string[])["inbox", "raw", "processed", "reports"])
            if (map.Text(zone) is { } place)
                zones[zone] = place;
        map.Done();
        return zones;
    }

    static Dictionary<string, TimeSpan> ReadRetention(YamlMap map)
    {
        Dictionary<string, TimeSpan> ages = [];
        foreach (var kept in (string[])["raw", "reports", "runs"])
            if (map.Duration(kept) is { } age)
                ages[kept] = age;
        map.Done();
        return ages;
    }

    static Dictionary<string, T> Over<T>(IReadOnlyDictionary<string, T> below, IReadOnlyDictionary<string, T> above)
    {
        Dictionary<string, T> over = new(below);
        foreach (var (name, value) in above)
            over[name] = value;
        return over;
    }
}
