using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cartage.Projects;

/// <summary>Where findings about one file go; lines are shifted by <paramref name="Shift"/> for YAML that begins further down.</summary>
sealed record YamlFile(string Name, int Shift, List<Finding> Findings)
{
    const string Duplicate = "Duplicate key ";

    /// <summary>The text of a file, null with a finding where it cannot be read.</summary>
    public static string? Read(string path, string name, List<Finding> findings)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Add(new(name, 1, "it cannot be read", e is UnauthorizedAccessException ? "Its permissions do not let you." : e.Message));
            return null;
        }
    }

    /// <summary>The root map of a text, null with a finding where it is none.</summary>
    public YamlMap? Parse(string? text)
    {
        if (text is null)
            return null;
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
            // The reader tells where what holds the tab began.
            var tab = Array.FindIndex(text.Split('\n'), l => l.TrimStart(' ').StartsWith('\t'));
            if (e.Message.Contains("invalid tab", StringComparison.Ordinal) && tab >= 0)
                Add(tab + 1, $"it is not YAML: {e.Message}", "Indent with spaces.");
            else
                Add((int)e.Start.Line, e.Message.StartsWith(Duplicate, StringComparison.Ordinal) ? $"the key '{e.Message[Duplicate.Length..]}' is there twice" : $"it is not YAML: {e.InnerException?.Message ?? e.Message}");
        }
        return null;
    }

    public void Add(int line, string message, string? hint = null) => Findings.Add(new(Name, line + Shift, message, hint));
}
