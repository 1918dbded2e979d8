using System.Text.RegularExpressions;
using Cartage.Checks;
using Cartage.Ingest;
using Cartage.Models;

namespace Cartage.Projects;

/// <summary>Reads SQL files: a header between <c>/* ---</c> and <c>--- */</c>, then one SELECT.</summary>
static partial class ModelFile
{
    public static Model Read(string file, string pipeline, string text, List<Finding> findings)
    {
        var before = findings.Count;
        var (map, sql, line) = Split(file, text, findings);
        if (string.IsNullOrWhiteSpace(sql) && findings.Count == before)
            map.File.Add(1, "it holds no SELECT");
        return ModelHeader.Read(map, new(pipeline, Path.GetFileNameWithoutExtension(file), file, line, sql, new Materialization.View()));
    }

    public static Check ReadCheck(string file, string text, List<Finding> findings)
    {
        var (map, sql, line) = Split(file, text, findings);
        _ = map.Text("description");
        var check = new Check.Query(sql, Path.GetFileNameWithoutExtension(file), CheckReader.SeverityOf(map), CheckReader.Allowed(map), file, line);
        map.Done();
        return check;
    }

    /// <summary>A script that prepares a system; null where it does not say which.</summary>
    public static SetupScript? ReadSetup(string file, string pipeline, string text, Resolver? resolver, List<Finding> findings)
    {
        var (map, sql, line) = Split(file, text, findings);
        var connection = map.Text("connection");
        if (connection is null)
            map.Missing("connection");
        List<(string, string)> files = [];
        foreach (var (table, _, path, at) in map.Entries("files"))
            try
            {
                files.Add((table, resolver?.Resolve(path ?? "", file, at) ?? path ?? ""));
            }
            catch (PipelineException e)
            {
                map.File.Add(at, e.Message[(e.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..], e.Hint);
            }
        var script = new SetupScript(pipeline, Path.GetFileNameWithoutExtension(file), file, line, connection ?? "", sql) { Description = map.Text("description"), Files = files };
        map.Done();
        return connection is null ? null : script;
    }

    static (YamlMap Map, string Sql, int Line) Split(string file, string text, List<Finding> findings)
    {
        var match = Header().Match(text);
        if (!match.Success && Begun().IsMatch(text))
        {
            findings.Add(new(file, 1, "its header is not closed", "It begins with the line '/* ---' and ends with the line '--- */'."));
            return (Empty(file, findings), "", 1);
        }
        if (!match.Success)
            return (Empty(file, findings), text.Trim().TrimEnd(';'), text.TakeWhile(char.IsWhiteSpace).Count(c => c == '\n') + 1);
        var before = text[..match.Groups["yaml"].Index].Count(c => c == '\n');
        var rest = text[(match.Index + match.Length)..];
        var line = text[..(match.Index + match.Length)].Count(c => c == '\n') + rest.TakeWhile(char.IsWhiteSpace).Count(c => c == '\n') + 1;
        return (new YamlFile(file, before, findings).Parse(match.Groups["yaml"].Value) ?? Empty(file, findings), rest.Trim().TrimEnd(';'), line);
    }

    static YamlMap Empty(string file, List<Finding> findings) => new(new(file, 0, findings), new(), 1);

    [GeneratedRegex(@"\A\s*/\*\s*---[ \t]*\r?\n(?<yaml>.*?)---\s*\*/", RegexOptions.Singleline)]
    private static partial Regex Header();

    [GeneratedRegex(@"\A\s*/\*\s*---")]
    private static partial Regex Begun();
}
