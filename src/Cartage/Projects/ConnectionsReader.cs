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
                Dictionary<string, string> settings = [];
                Read(details, "", 3, settings);
                settings.Remove("type");
                connections[name] = new(name, type ?? "", settings, map.File.Name, line);
            }
        return connections;
    }

    static void Read(YamlMap map, string prefix, int depth, Dictionary<string, string> settings)
    {
        foreach (var (key, inner, text, _) in map.Entries(orTexts: true))
            if (inner is null)
                settings[prefix + key] = text ?? string.Join(',', map.Texts(key));
            else if (depth > 0)
                Read(inner, $"{prefix}{key}.", depth - 1, settings);
    }
}
