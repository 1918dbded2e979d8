namespace Cartage.Projects;

/// <summary>Reads what starts runs and who is told of them.</summary>
static class TriggersReader
{
    static readonly string[] Kinds = ["object_created", "after", "catalog", "webhook"];

    public static IReadOnlyList<Trigger> Triggers(YamlMap map) => [.. map.Items("triggers").Select(x => Trigger(map, x.Map, x.Line)).OfType<Trigger>()];

    public static IReadOnlyList<WaitFor> Waits(YamlMap map) => [.. map.Items("wait_for").Select(x => Wait(map, x.Map, x.Line)).OfType<WaitFor>()];

    public static NotifyRule? Notify(YamlMap map)
    {
        if (map.Map("notify") is not { } notify)
            return null;
        var rule = Rule(notify);
        notify.Done();
        return rule;
    }

    public static NotificationSettings Notifications(YamlMap map)
    {
        if (map.Map("notifications") is not { } settings)
            return new();
        var usual = new NotificationSettings();
        var read = new NotificationSettings(Rule(settings) is { Via.Count: > 0 } rule ? rule : null)
        {
            Repeat = settings.Duration("repeat") ?? usual.Repeat,
            Digest = settings.Duration("digest") ?? usual.Digest,
            OverdueAfter = settings.Duration("overdue_after") ?? usual.OverdueAfter,
            Link = settings.Text("link"),
        };
        settings.Done();
        return read;
    }

    public static TimeSpan? Cluster(YamlMap map)
    {
        if (map.Map("cluster") is not { } cluster)
            return null;
        var lease = cluster.Duration("lease") ?? TimeSpan.FromSeconds(30);
        cluster.Done();
        if (lease >= TimeSpan.FromSeconds(1))
            return lease;
        cluster.File.Add(cluster.LineOf("lease"), "'lease' must be a second or longer");
        return null;
    }

    public static EventSettings? Events(YamlMap map)
    {
        if (map.Map("events") is not { } events)
            return null;
        var read = new EventSettings(events.Text("key"), events.Text("topic"), events.Line);
        events.Done();
        return read;
    }

    static Trigger? Trigger(YamlMap list, YamlMap? map, int line)
    {
        if (map is null)
        {
            list.File.Add(line, "a trigger must be a map", "Such as { object_created: inbox://orders/*.csv } or { after: other-pipeline }.");
            return null;
        }
        var given = Kinds.Select(k => (Kind: k, Text: map.Text(k))).Where(x => x.Text is not null).ToList();
        map.Done();
        if (given is [var (kind, text)])
            return kind switch
            {
                "object_created" => new Trigger.ObjectCreated(text!, line),
                "after" => new Trigger.After(text!, line),
                "catalog" => new Trigger.Catalog(text!, line),
                _ => new Trigger.Webhook(text!, line),
            };
        if (!map.IsProbe)
            map.File.Add(line, $"a trigger says one of {string.Join(", ", Kinds)}");
        return null;
    }

    static WaitFor? Wait(YamlMap list, YamlMap? map, int line)
    {
        if (map is null)
        {
            list.File.Add(line, "an item of 'wait_for' must be a map", "Such as { object: \"processed://orders/{{ start:yyyy-MM-dd }}.csv\", every: 5s, timeout: 60s }.");
            return null;
        }
        var wait = new WaitFor(map.Text("object"), map.Text("query"), map.Wait("every") ?? TimeSpan.FromSeconds(5), map.Duration("timeout") ?? TimeSpan.FromMinutes(1), line);
        map.Done();
        if (!map.IsProbe && (wait.Object is null) == (wait.Query is null))
            map.File.Add(line, "an item of 'wait_for' says either 'object' or 'query'");
        else if (wait.Every <= TimeSpan.Zero)
            map.File.Add(map.LineOf("every"), "'every' must be longer than nothing");
        else
            return wait;
        return null;
    }

    static NotifyRule Rule(YamlMap map)
    {
        HashSet<NoticeKind> on = [];
        foreach (var text in map.Texts("on"))
            if (Enum.TryParse<NoticeKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind))
                on.Add(kind);
            else if (!map.IsProbe)
                map.File.Add(map.LineOf("on"), $"'on' must be a list of {string.Join(", ", Names)}, not '{text}'", Spelling.Suggest(text, Names));
        return new(on.Count > 0 ? on : NotifyRule.Usual, map.Texts("via"), map.LineOf("via"));
    }

    static IEnumerable<string> Names => Enum.GetNames<NoticeKind>().Select(n => n.ToLowerInvariant());
}
