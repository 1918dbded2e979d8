namespace Cartage.Projects;

/// <summary>Reads <c>connections</c>: what is in one besides its type is for its connector to understand; a setting within a setting is named <c>outer.inner</c>.</summary>
static class ConnectionsReader
{
    public static Dictionary<string, ConnectionSpec> Read(YamlMap map)
    {
        Dictionary<string, ConnectionSpec> connections = [];
        foreach (var (name, details, _, line) in map.Entries("connections"))
            if (details is null)
                map.File.Add(line, $"the connection '{name}' must be a map", "Such as { type: postgres, url: \"${SHOP_URL}\" }.");
            else
            {
                var type = details.Text("type");
                if (type is null)
                    details.Missing("type");
                connections[name] = new(name, type ?? "", Settings(details, "", 3).Where(s => s.Key != "type").ToDictionary(), map.File.Name, line);
            }
        return connections;
    }

    static IEnumerable<KeyValuePair<string, string>> Settings(YamlMap map, string prefix, int depth) =>
        map.Entries(orTexts: true).SelectMany(e =>
            e.Map is not null ? depth == 0 ? [] : Settings(e.Map, $"{prefix}{e.Key}.", depth - 1)
            : [KeyValuePair.Create(prefix + e.Key, e.Text ?? string.Join(',', map.Texts(e.Key)))]);
}
