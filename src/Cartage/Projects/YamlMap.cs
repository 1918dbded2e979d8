using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cartage.Projects;

/// <summary>A map whose keys are read by name and type; what is never asked for is an unknown key. With a <see cref="Shape"/> it is a probe: it notes what is asked and holds one of everything.</summary>
sealed class YamlMap
{
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(49); // a timer counts milliseconds in 32 bits

    readonly Dictionary<string, Node> _entries = [];
    readonly HashSet<string> _known = [];
    readonly Shape? _shape;

    public YamlMap(YamlFile file, YamlMappingNode node, int line, Shape? shape = null)
    {
        (File, Line, _shape) = (file, node.Children.Count > 0 ? (int)node.Start.Line : line, shape);
        foreach (var (key, value) in node.Children)
            if (key is YamlScalarNode { Value: { } name })
                _entries[name] = new(value, (int)key.Start.Line);
            else
                file.Add((int)key.Start.Line, "a key must be text", "Put quotes around a value that begins with '{' or '['.");
    }

    public YamlFile File { get; }

    public int Line { get; }

    public IEnumerable<string> Keys => _entries.Keys;

    /// <summary>Whether it is read only to learn what its reader asks for; then every way of writing a thing is to be asked for.</summary>
    public bool IsProbe => _shape is not null;

    public bool Has(string key)
    {
        _known.Add(key);
        return _shape is not null || _entries.ContainsKey(key);
    }

    public int LineOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Line : Line;

    public string? Text(string key)
    {
        _shape?.Text(key);
        return TextOf(key);
    }

    public bool Flag(string key)
    {
        _shape?.Flag(key);
        return TextOf(key) switch
        {
            null or "false" or "no" => false,
            "true" or "yes" => true,
            var text => Wrong<object>(key, $"true or false, not '{text}'") is not null,
        };
    }

    public int? Number(string key, int least = int.MinValue)
    {
        _shape?.Number(key);
        if (TextOf(key) is not { } text)
            return null;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var n) && n >= least ? n
            : Wrong<int?>(key, $"a whole number{(least == int.MinValue ? "" : $" from {least}")}, not '{text}'");
    }

    public IReadOnlyList<string> Texts(string key)
    {
        _shape?.Texts(key);
        return Get(key) switch
        {
            null => [],
            YamlScalarNode scalar => [scalar.Value ?? ""],
            YamlSequenceNode list when list.All(i => i is YamlScalarNode) => [.. list.Select(i => ((YamlScalarNode)i).Value ?? "")],
            _ => Wrong<IReadOnlyList<string>>(key, "a text or a list of texts") ?? [],
        };
    }

    /// <summary>Two bounds, of which one may be left open with <c>null</c>.</summary>
    public (string? Least, string? Most)? Bounds(string key) =>
        Texts(key) switch
        {
            [] => null,
            [var least, var most] => (Open(least), Open(most)),
            _ => Wrong<(string?, string?)?>(key, "two bounds, such as [1, 1000]"),
        };

    public YamlMap? Map(string key) =>
        _shape is not null ? new(File, new(), Line, _shape.Map(key))
        : Get(key) is not { } value ? null
        : value is YamlMappingNode map ? new(File, map, LineOf(key))
        : Wrong<YamlMap>(key, "a map");

    /// <summary>A key that takes a text or, with more to say, a map.</summary>
    public (string? Text, YamlMap? Map) TextOrMap(string key) =>
        _shape is not null ? (null, new(File, new(), Line, _shape.TextOrMap(key)))
        : Get(key) is YamlMappingNode map ? (null, new(File, map, LineOf(key)))
        : (TextOf(key), null);

    public IReadOnlyList<Entry> Entries(string key) => Map(key)?.Entries() ?? [];

    public IReadOnlyList<Entry> Entries(bool orTexts = false)
    {
        if (_shape is not null)
            return [new("any", new(File, new(), Line, _shape.Any(orTexts)), null, Line)];
        _known.UnionWith(_entries.Keys);
        return [.. _entries.Keys.Select(key => Described(key, _entries[key]))];
    }

    /// <summary>The values of a map from names to texts.</summary>
    public IReadOnlyDictionary<string, string> TextsByName(string key)
    {
        _shape?.TextsByName(key);
        Dictionary<string, string> texts = [];
        foreach (var (name, _, text, line) in _shape is null ? Entries(key) : [])
        {
            texts[name] = text ?? ""; // so that what uses it is not a second mistake
            if (text is null)
                File.Add(line, $"'{name}' must be text");
        }
        return texts;
    }

    /// <summary>The values of a map from names to a text or several.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ListsByName(string key)
    {
        _shape?.ListsByName(key);
        Dictionary<string, IReadOnlyList<string>> lists = [];
        if (_shape is null && Map(key) is { } map)
            foreach (var (name, _, _, line) in map.Entries())
            {
                lists[name] = map.Texts(name);
                if (lists[name].Count == 0)
                    File.Add(line, $"'{name}' has no value");
            }
        return lists;
    }

    /// <summary>The items of a list, each a map or a text.</summary>
    public IReadOnlyList<Entry> Items(string key) =>
        _shape is not null ? [new("", new(File, new(), Line, _shape.Items(key)), null, Line)]
        : Get(key) switch
        {
            null => [],
            YamlSequenceNode list => [.. list.Select(i => Described("", new(i, (int)i.Start.Line)))],
            _ => Wrong<IReadOnlyList<Entry>>(key, "a list") ?? [],
        };

    public T Choice<T>(string key, T otherwise)
        where T : struct, Enum =>
        Choice(key, [.. typeof(T).GetEnumNames().Select(n => n.ToLowerInvariant())]) is { } text ? Enum.Parse<T>(text, ignoreCase: true) : otherwise;

    /// <summary>One of the texts, in any case, or null where it is not given.</summary>
    public string? Choice(string key, params string[] options)
    {
        _shape?.Choice(key, options);
        return TextOf(key) is not { } text ? null
            : options.Contains(text.ToLowerInvariant()) ? text.ToLowerInvariant()
            : Wrong<string>(key, $"one of {string.Join(", ", options)}, not '{text}'", Spelling.Suggest(text, options));
    }

    public TimeSpan? Duration(string key)
    {
        _shape?.Duration(key);
        return TextOf(key) is not { } text ? null : Durations.TryParse(text, out var span) ? span : Wrong<TimeSpan?>(key, $"a duration such as 5m, 1h30m or 2d, not '{text}'");
    }

    /// <summary>The same of something that is waited for.</summary>
    public TimeSpan? Wait(string key) => Duration(key) is not { } span ? null : span <= LongestWait ? span : Wrong<TimeSpan?>(key, $"at most {LongestWait.TotalDays:0}d");

    public void Missing(string key) => File.Add(Line, $"the key '{key}' is missing");

    /// <summary>Says of a key that it is known but does nothing in this version.</summary>
    public void NotYet(params string[] keys)
    {
        foreach (var key in keys)
            if (Get(key) is not null)
                File.Add(LineOf(key), $"'{key}' is not supported by this version", "Take it out, or use a version that has it.");
    }

    /// <summary>Reports keys that nothing asked for.</summary>
    public void Done()
    {
        foreach (var key in _entries.Keys.Except(_known).ToList())
            File.Add(LineOf(key), $"there is no key '{key}' here", Spelling.Suggest(key, _known));
    }

    YamlNode? Get(string key)
    {
        _known.Add(key);
        return _entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    string? TextOf(string key) =>
        Get(key) is not { } value ? null
        : value is YamlScalarNode scalar ? scalar.Style == ScalarStyle.Plain ? Open(scalar.Value) : scalar.Value
        : Wrong<string>(key, "text");

    Entry Described(string key, Node node) => new(key, node.Value is YamlMappingNode map ? new(File, map, node.Line) : null, (node.Value as YamlScalarNode)?.Value, node.Line);

    static string? Open(string? text) => text is "" or "~" or "null" ? null : text;

    T? Wrong<T>(string key, string expected, string? hint = null)
    {
        File.Add(LineOf(key), $"'{key}' must be {expected}", hint);
        return default;
    }

    sealed record Node(YamlNode Value, int Line);

    /// <summary>One of a map's or a list's, a map or a text; of a list it has no key.</summary>
    public sealed record Entry(string Key, YamlMap? Map, string? Text, int Line);
}
