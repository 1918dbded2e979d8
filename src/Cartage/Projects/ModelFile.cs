using System.Text.RegularExpressions;
using Cartage.Checks;
using Cartage.Models;

namespace Cartage.Projects;

/// <summary>Reads SQL files: a header between <c>/* ---</c> and <c>--- */</c>, then one SELECT.</summary>
static partial class ModelFile
{
    public static Model Read(string file, string pipeline, string text, List<Finding> findings)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var (map, sql, line) = Split(file, text, findings);
        var key = map.Texts("key");
        var kind = map.Text("kind") ?? "table";
        Materialization? materialization = kind switch
        {
            "view" => new Materialization.View(),
            "table" => new Materialization.FullTable(key),
            "append" => new Materialization.Append(),
            "merge" => key.Count > 0 ? new Materialization.Merge(key) : null,
            "scd2" => key.Count == 1 && map.Text("surrogate") is { } surrogate ? new Materialization.Scd2(key[0], surrogate, map.Text("updated_at"), map.Text("deleted")) : null,
            "interval" => map.Text("time") is { } time ? new Materialization.ReplaceInterval(time) : null,
            _ => null,
        };
        if (materialization is null)
        {
            string[] kinds = ["view", "table", "append", "merge", "scd2", "interval"];
            if (!kinds.Contains(kind))
                map.File.Add(map.LineOf("kind"), $"there is no kind '{kind}'", Spelling.Suggest(kind, kinds) ?? $"Kinds are {string.Join(", ", kinds)}.");
            else
                map.File.Add(map.LineOf("kind"), kind == "scd2" ? "an scd2 model needs 'key' (one column) and 'surrogate'" : kind == "merge" ? "a merge model needs 'key'" : "an interval model needs 'time'");
            materialization = new Materialization.View();
        }
        _ = (map.Text("surrogate"), map.Text("updated_at"), map.Text("deleted"), map.Text("time"));
        map.NotYet("export");
        Dictionary<string, string> descriptions = [];
        List<string> pii = [];
        List<Check> checks = [];
        foreach (var (column, details, description, _) in map.Entries("columns"))
        {
            if (details is null)
            {
                descriptions[column] = description ?? "";
                continue;
            }
            if (details.Text("description") is { } said)
                descriptions[column] = said;
            if (details.Flag("pii"))
                pii.Add(column);
            foreach (var (check, simple, at) in details.Items("checks"))
                if (CheckReader.Read(details.File, check, simple, at, name, column) is { } read)
                    checks.Add(read);
            details.Done();
        }
        foreach (var (check, simple, at) in map.Items("checks"))
            if (CheckReader.Read(map.File, check, simple, at, name, null) is { } read)
                checks.Add(read);
        List<DimensionLookup> dimensions = [];
        foreach (var (column, look, _, at) in map.Entries("dimensions"))
            if (look is null || look.Text("table") is not { } table || look.Text("key") is not { } lookKey)
                map.File.Add(at, $"the dimension '{column}' needs 'table' and 'key'");
            else
            {
                dimensions.Add(new(column, table, lookKey, look.Text("at"), look.Choice("missing", MissingMember.Unknown)));
                look.Done();
            }
        var model = new Model(pipeline, name, file, line, sql, materialization)
        {
            Description = map.Text("description"),
            Tags = map.Texts("tags"),
            Pii = pii,
            Columns = descriptions,
            Checks = Unique(checks),
            Dimensions = dimensions,
        };
        map.Done();
        if (string.IsNullOrWhiteSpace(sql))
            map.File.Add(1, "it holds no SELECT");
        return model;
    }

    public static Check ReadCheck(string file, string text, List<Finding> findings)
    {
        var (map, sql, line) = Split(file, text, findings);
        _ = map.Text("description");
        var check = new Check.Query(sql, Path.GetFileNameWithoutExtension(file), CheckReader.SeverityOf(map), CheckReader.Allowed(map), file, line);
        map.Done();
        return check;
    }

    // Checks of one kind on one table get numbers, so that each has a name to be accepted by.
    static IReadOnlyList<Check> Unique(List<Check> checks)
    {
        Dictionary<string, int> seen = [];
        return [.. checks.Select(c => seen.TryAdd(c.Name, 1) ? c : c with { Name = $"{c.Name}_{++seen[c.Name]}" })];
    }

    static (YamlMap Map, string Sql, int Line) Split(string file, string text, List<Finding> findings)
    {
        var match = Header().Match(text);
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
}
