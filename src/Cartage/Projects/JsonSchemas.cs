namespace Cartage.Projects;

/// <summary>JSON Schemas of the files users write, made from what their readers ask for; a file names its own with <c># yaml-language-server: $schema=…</c>.</summary>
public static class JsonSchemas
{
    /// <summary>Where a project keeps them, relative to its folder.</summary>
    public const string Folder = ".schemas";

    /// <summary>The schemas by file name.</summary>
    public static IReadOnlyDictionary<string, string> All() =>
        new Dictionary<string, string>
        {
            ["project.json"] = Of("project.yml", ProjectFiles.Probe),
            ["pipeline.json"] = Of("pipeline.yml", PipelineFile.Probe),
            ["feeds.json"] = Of("feeds/*.yml", FeedFile.Probe),
            ["model.json"] = Of("the header of a model", ModelHeader.Probe),
        };

    /// <summary>Writes them into a project.</summary>
    public static void Write(string project)
    {
        Directory.CreateDirectory(Path.Combine(project, Folder));
        foreach (var (name, schema) in All())
            File.WriteAllText(Path.Combine(project, Folder, name), schema);
    }

    static string Of(string title, Action<YamlMap> read)
    {
        var shape = new Shape();
        read(new YamlMap(new YamlFile(title, 0, []), new(), 1, shape));
        shape.Schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        shape.Schema.Insert(1, "title", title);
        return shape.Schema.ToJsonString(new(System.Text.Json.JsonSerializerOptions.Default) { WriteIndented = true }) + "\n";
    }
}
