using System.Globalization;
using Cartage.Ingest;

namespace Cartage.Projects;

/// <summary>Reads a pipeline's folder; where its pipeline.yml cannot be read the rest is, so that every mistake is seen.</summary>
static class PipelineFile
{
    public static void Probe(YamlMap map) => ReadMap(map, new("", ""));

    public static Pipeline Read(string root, string folder, Resolver? resolver, List<Finding> findings)
    {
        var name = Path.GetFileName(folder);
        var path = Path.Combine(folder, "pipeline.yml");
        if (!File.Exists(path))
            findings.Add(new(Relative(path), 1, "it is not there", "A folder in 'pipelines' needs one, even if it only has a description."));
        var pipeline = new Pipeline(name, Relative(path));
        if (File.Exists(path) && new YamlFile(Relative(path), 0, findings).Parse(YamlFile.Read(path, Relative(path), findings)) is { } map)
            pipeline = ReadMap(map, pipeline);
        return pipeline with
        {
            Feeds = [.. Texts("feeds", "*.yml").SelectMany(f => new YamlFile(f.Name, 0, findings).Parse(f.Text) is { } feeds ? FeedFile.Read(feeds, name, resolver).ToList() : [])],
            Setup = [.. Texts("setup", "*.sql").Select(f => ModelFile.ReadSetup(f.Name, name, f.Text, resolver, findings)).OfType<SetupScript>()],
            Models = [.. Texts("models", "*.sql").Select(f => ModelFile.Read(f.Name, name, f.Text, findings))],
            Checks = [.. Texts("checks", "*.sql").Select(f => ModelFile.ReadCheck(f.Name, f.Text, findings))],
        };

        string Relative(string file) => Path.GetRelativePath(root, file).Replace('\\', '/');

        IEnumerable<TextFile> Texts(string kind, string pattern)
        {
            foreach (var file in Files(Path.Combine(folder, kind), pattern))
                if (YamlFile.Read(file, Relative(file), findings) is { } text)
                    yield return new(Relative(file), text);
        }
    }

    static Pipeline ReadMap(YamlMap map, Pipeline pipeline)
    {
        var zone = Zone(map);
        pipeline = pipeline with
        {
            Description = map.Text("description"),
            Owner = map.Text("owner"),
            Tags = map.Texts("tags"),
            Schedule = Schedule(map),
            TimeZone = zone,
            Start = Start(map, zone),
            Catchup = map.Choice("catchup", Catchup.Latest),
            Overlap = map.Choice("overlap", Overlap.Skip),
            Triggers = TriggersReader.Triggers(map),
            WaitFor = TriggersReader.Waits(map),
            Notify = TriggersReader.Notify(map),
            Timeout = map.Wait("timeout"),
            Retry = map.Map("retry") is { } retry ? ReadRetry(retry) : new(),
        };
        map.Done();
        return pipeline;
    }

    static RetryPolicy ReadRetry(YamlMap map)
    {
        var policy = new RetryPolicy(map.Number("attempts", 1) ?? 1, map.Duration("delay") ?? TimeSpan.Zero, map.Choice("backoff", "constant", "exponential") == "exponential", map.Wait("max_delay"));
        map.Done();
        return policy;
    }

    static Cron? Schedule(YamlMap map)
    {
        if (map.Text("schedule") is not { } text)
            return null;
        if (Cron.TryParse(text, out var cron, out var mistake))
            return cron;
        map.File.Add(map.LineOf("schedule"), $"the schedule '{text}' cannot be read: {mistake}");
        return null;
    }

    static TimeZoneInfo Zone(YamlMap map)
    {
        if (map.Text("timezone") is not { } name)
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return zone;
        map.File.Add(map.LineOf("timezone"), $"there is no time zone '{name}'", Spelling.Suggest(name, TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id)) ?? "Write it as Europe/Paris or Asia/Bangkok.");
        return TimeZoneInfo.Utc;
    }

    static DateTimeOffset? Start(YamlMap map, TimeZoneInfo zone)
    {
        if (map.Text("start") is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return new DateTimeOffset(date.ToDateTime(default), zone.GetUtcOffset(date.ToDateTime(default))).ToUniversalTime();
        map.File.Add(map.LineOf("start"), $"'start' must be a date such as 2016-01-01, not '{text}'");
        return null;
    }

    static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    sealed record TextFile(string Name, string Text);
}
