using Cartage.Checks;
using Cartage.Ingest;

namespace Cartage.Projects;

/// <summary>Reads a file of feeds.</summary>
static class FeedFile
{
    public static IEnumerable<Feed> Read(YamlMap map, string pipeline, Resolver resolver)
    {
        map.NotYet("connection", "command");
        var shared = map.Texts("files");
        foreach (var (name, feed, _, line) in map.Entries("feeds"))
            if (feed is null)
                map.File.Add(line, $"the feed '{name}' must be a map");
            else
                yield return ReadOne(feed, pipeline, name, line, shared, resolver);
        map.Done();
    }

    static Feed ReadOne(YamlMap map, string pipeline, string name, int line, IReadOnlyList<string> shared, Resolver resolver)
    {
        map.NotYet("table", "query", "deletes");
        _ = map.Text("read");
        var files = map.Texts("files") is { Count: > 0 } own ? own : shared;
        if (files.Count == 0)
            map.Missing("files");
        List<string> resolved = [];
        foreach (var file in files)
            try
            {
                resolved.Add(resolver.Resolve(file, map.File.Name, map.LineOf("files")));
            }
            catch (PipelineException e)
            {
                map.File.Add(map.LineOf("files"), e.Message[(e.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..], e.Hint);
            }
        var result = new Feed(pipeline, name, map.File.Name, line)
        {
            Files = resolved,
            Format = new()
            {
                Kind = map.Text("format"),
                Delimiter = map.Text("delimiter"),
                Encoding = map.Text("encoding"),
                Header = !map.Has("header") || map.Flag("header"),
                Nulls = map.Texts("nulls"),
            },
            Key = map.Texts("key"),
            Cursor = Cursor(map),
            DeletedWhen = map.Text("deleted_when"),
            Severity = map.Choice("severity", Severity.Quarantine),
            Schema = map.Choice("schema", SchemaPolicy.Evolve),
            Columns = [.. map.Entries("columns").Select(c => Column(map, c.Key, c.Map, c.Text, c.Line))],
        };
        map.Done();
        foreach (var key in result.Key.Where(k => result.Columns.Count > 0 && !result.Columns.Any(c => c.Name == k)))
            map.File.Add(map.LineOf("key"), $"the key column '{key}' is not declared", Spelling.Suggest(key, result.Columns.Select(c => c.Name)));
        if (result.Cursor is { } cursor && result.Columns.Count > 0 && !result.Columns.Any(c => c.Name == cursor))
            map.File.Add(map.LineOf("cursor"), $"the cursor column '{cursor}' is not declared", Spelling.Suggest(cursor, result.Columns.Select(c => c.Name)));
        return result;
    }

    static string? Cursor(YamlMap map)
    {
        if (!map.Has("cursor"))
            return null;
        try
        {
            if (map.Map("cursor") is { } details)
            {
                _ = (details.Text("overlap"), details.Text("timezone"));
                var column = details.Text("column");
                if (column is null)
                    details.Missing("column");
                details.Done();
                return column;
            }
        }
        finally
        {
            map.File.Findings.RemoveAll(f => f.Message == "'cursor' must be a map");
        }
        return map.Text("cursor");
    }

    static FeedColumn Column(YamlMap feed, string name, YamlMap? map, string? text, int line)
    {
        if (map is null)
            return Typed(feed, name, text ?? "text", line);
        var range = map.Texts("range");
        var length = map.Texts("length");
        foreach (var (key, pair) in new[] { ("range", range), ("length", length) })
            if (pair.Count is not (0 or 2))
                map.File.Add(map.LineOf(key), $"'{key}' must be two bounds, such as [1, 1000]");
        var severity = map.Has("severity") ? map.Choice("severity", Severity.Quarantine) : (Severity?)null;
        var column = Typed(feed, name, map.Text("type") ?? "text", map.LineOf("type")) with
        {
            Line = line,
            Required = map.Flag("required"),
            OneOf = map.Texts("one_of"),
            Matches = map.Text("matches"),
            Min = range.Count == 2 ? range[0] : null,
            Max = range.Count == 2 ? range[1] : null,
            MinLength = length.Count == 2 && int.TryParse(length[0], out var shortest) ? shortest : null,
            MaxLength = length.Count == 2 && int.TryParse(length[1], out var longest) ? longest : null,
            Pii = map.Flag("pii"),
            Description = map.Text("description"),
            Severity = severity,
            References = map.Map("references") is { } target ? ReadReference(target) : null,
        };
        map.Done();
        return column;
    }

    static Reference? ReadReference(YamlMap map)
    {
        var (feed, column) = (map.Text("feed"), map.Text("column"));
        var missing = map.Choice("on_missing", MissingParent.Quarantine);
        if (feed is null)
            map.Missing("feed");
        if (column is null)
            map.Missing("column");
        map.Done();
        return feed is null || column is null ? null : new(feed, column, missing);
    }

    static FeedColumn Typed(YamlMap map, string name, string type, int line)
    {
        if (Contract.SqlType(type) is null)
            map.File.Add(line, $"there is no type '{type}'", Spelling.Suggest(type, ["text", "integer", "bigint", "decimal(10,2)", "double", "boolean", "date", "timestamp", "timestamptz", "time", "uuid", "json"]));
        return new(name, type) { Line = line };
    }
}
