using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cartage.Projects;

/// <summary>Where findings about one file go; lines are shifted by <paramref name="Shift"/> for YAML that begins further down.</summary>
sealed record YamlFile(string Name, int Shift, List<Finding> Findings)
{
    /// <summary>The root map of a text, null with a finding where it is none.</summary>
    public YamlMap? Parse(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0)
                return new(this, new(), 1);
            if (stream.Documents[0].RootNode is YamlMappingNode map)
                return new(this, map, 1);
            Add(1, "it must be a map of keys and values");
        }
        catch (YamlException e)
        {
            Add((int)e.Start.Line, e.Message.Contains("Duplicate key", StringComparison.OrdinalIgnoreCase) ? e.Message : $"it is not YAML: {e.InnerException?.Message ?? e.Message}");
        }
        return null;
    }

    public void Add(int line, string message, string? hint = null) => Findings.Add(new(Name, line + Shift, message, hint));
}

/// <summary>A map whose keys are read by name and type; what is never asked for is an unknown key.</summary>
sealed class YamlMap(YamlFile file, YamlMappingNode node, int line)
{
    readonly Dictionary<string, (YamlNode Value, int Line)> _entries = node.Children.GroupBy(c => ((YamlScalarNode)c.Key).Value ?? "").ToDictionary(g => g.Key, g => (g.Last().Value, (int)g.Last().Key.Start.Line));
    readonly HashSet<string> _known = [];

    public YamlFile File => file;

    public int Line => node.Children.Count > 0 ? (int)node.Start.Line : line;

    public IEnumerable<string> Keys => _entries.Keys;

    public bool Has(string key) => _entries.ContainsKey(key);

    public int LineOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Line : Line;

    public string? Text(string key) =>
        Get(key) is not { } value ? null
        : value is YamlScalarNode scalar ? scalar.Value is "" or "~" or "null" && scalar.Style == ScalarStyle.Plain ? null : scalar.Value
        : Wrong<string>(key, "text");

    public bool Flag(string key) =>
        Text(key) switch
        {
            null or "false" or "no" => false,
            "true" or "yes" => true,
            var text => Wrong<object>(key, $"true or false, not '{text}'") is not null,
        };

    public int? Number(string key) => Text(key) is not { } text ? null : int.TryParse(text, CultureInfo.InvariantCulture, out var n) ? n : Wrong<int?>(key, $"a whole number, not '{text}'");

    public IReadOnlyList<string> Texts(string key) =>
        Get(key) switch
        {
            null => [],
            YamlScalarNode scalar => [scalar.Value ?? ""],
            YamlSequenceNode list when list.All(i => i is YamlScalarNode) => [.. list.Select(i => ((YamlScalarNode)i).Value ?? "")],
            _ => Wrong<IReadOnlyList<string>>(key, "a text or a list of texts") ?? [],
        };

    public YamlMap? Map(string key) => Get(key) is not { } value ? null : value is YamlMappingNode map ? new(file, map, LineOf(key)) : Wrong<YamlMap>(key, "a map");

    public IEnumerable<(string Key, YamlMap? Map, string? Text, int Line)> Entries(string key) => Map(key)?.Entries() ?? [];

    public IEnumerable<(string Key, YamlMap? Map, string? Text, int Line)> Entries() =>
        _entries.Select(e =>
        {
            _known.Add(e.Key);
            return (e.Key, e.Value.Value is YamlMappingNode m ? new YamlMap(file, m, e.Value.Line) : null, (e.Value.Value as YamlScalarNode)?.Value, e.Value.Line);
        });

    /// <summary>The items of a list, each a map or a text.</summary>
    public IEnumerable<(YamlMap? Map, string? Text, int Line)> Items(string key) =>
        Get(key) switch
        {
            null => [],
            YamlSequenceNode list => list.Select(i => (i is YamlMappingNode m ? new YamlMap(file, m, (int)i.Start.Line) : null, (i as YamlScalarNode)?.Value, (int)i.Start.Line)),
            _ => Wrong<IEnumerable<(YamlMap?, string?, int)>>(key, "a list") ?? [],
        };

    public T Choice<T>(string key, T otherwise)
        where T : struct, Enum =>
        Text(key) is not { } text ? otherwise
        : Enum.TryParse<T>(text, ignoreCase: true, out var value) && !int.TryParse(text, CultureInfo.InvariantCulture, out _) ? value
        : Wrong<T>(key, $"one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}, not '{text}'");

    public TimeSpan? Duration(string key) => Text(key) is not { } text ? null : Durations.TryParse(text, out var span) ? span : Wrong<TimeSpan?>(key, $"a duration such as 5m, 1h30m or 2d, not '{text}'");

    public void Missing(string key) => file.Add(Line, $"the key '{key}' is missing");

    /// <summary>Says of a key that it is known but does nothing in this version.</summary>
    public void NotYet(params string[] keys)
    {
        foreach (var key in keys)
            if (Get(key) is not null)
                file.Add(LineOf(key), $"'{key}' is not supported by this version", "Take it out, or use a version that has it.");
    }

    /// <summary>Reports keys that nothing asked for.</summary>
    public void Done()
    {
        foreach (var (key, entry) in _entries.Where(e => !_known.Contains(e.Key)))
            file.Add(entry.Line, $"there is no key '{key}' here", Spelling.Suggest(key, _known));
    }

    YamlNode? Get(string key)
    {
        _known.Add(key);
        return _entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    T? Wrong<T>(string key, string expected)
    {
        file.Add(LineOf(key), $"'{key}' must be {expected}");
        return default;
    }
}
