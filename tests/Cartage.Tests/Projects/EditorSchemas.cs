using System.Text.Json.Nodes;
using Cartage.Projects;
using Cartage.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Cartage.Tests.Projects;

/// <summary>The JSON Schemas that editors read say what the readers say.</summary>
public sealed class EditorSchemas
{
    static readonly Dictionary<string, JsonObject> Schemas = JsonSchemas.All().ToDictionary(s => s.Key, s => JsonNode.Parse(s.Value)!.AsObject());

    public static TheoryData<string> Examples => [.. Directory.EnumerateDirectories(Path.Combine(AppContext.BaseDirectory, "examples")).Select(d => Path.GetFileName(d)!)];

    [Theory, MemberData(nameof(Examples))]
    public void Every_file_of_an_example_names_its_schema_and_keeps_to_it(string example)
    {
        using var project = new TestProject(example);
        JsonSchemas.Write(project.Root);
        Assert.All(
            Files(project),
            file =>
            {
                var line = File.ReadLines(file.Path).First();
                Assert.StartsWith("# yaml-language-server: $schema=", line, StringComparison.Ordinal);
                var named = Path.GetFullPath(line.Split('=')[1], Path.GetDirectoryName(file.Path)!);
                Assert.Equal(Path.Combine(project.Root, JsonSchemas.Folder, file.Schema), named);
                Assert.True(File.Exists(named), named);
                Assert.Empty(TinySchema.Errors(Schemas[file.Schema], Json(Yaml(File.ReadAllText(file.Path)))));
            });
    }

    // Into every map of every example a key that means nothing: the reader and the schema say the same.
    [Theory, MemberData(nameof(Examples))]
    public void An_unknown_key_is_one_to_both(string example)
    {
        using var project = new TestProject(example);
        foreach (var (path, schema) in Files(project))
        {
            var text = File.ReadAllText(path);
            foreach (var at in Enumerable.Range(0, Maps(Yaml(text)).Count()))
            {
                var changed = Yaml(text);
                Maps(changed).ElementAt(at).Add("zzz", "1");
                using var stream = new StringWriter();
                new YamlStream(new YamlDocument(changed)).Save(stream, assignAnchors: false);
                File.WriteAllText(path, stream.ToString());
                var found = project.Load().Findings.Any(f => f.Message.Contains("there is no key 'zzz'", StringComparison.Ordinal));
                Assert.True(found == TinySchema.Errors(Schemas[schema], Json(changed)).Count > 0, $"{schema}: {stream}");
            }
            File.WriteAllText(path, text);
        }
    }

    // A file for each key of each schema: the reader knows it.
    [Theory]
    [InlineData("project.json", "project.yml", "")]
    [InlineData("pipeline.json", "pipelines/shop/pipeline.yml", "")]
    [InlineData("feeds.json", "pipelines/shop/feeds/more.yml", "")]
    [InlineData("model.json", "pipelines/shop/models/more.sql", "select 1 as a")]
    public void The_reader_knows_every_key(string schema, string file, string sql)
    {
        using var project = SmallShop.Create();
        Assert.All(
            Keys(Schemas[schema], []),
            keys =>
            {
                var (yaml, depth) = ("", 0);
                foreach (var key in keys)
                    yaml += $"{new string(' ', 2 * depth++)}{(key == "-" ? "-" : key + ":")}\n";
                project.Write(file, sql.Length == 0 ? yaml : $"/* ---\n{yaml}--- */\n{sql}\n");
                Assert.DoesNotContain(project.Load().Findings, f => f.Message.StartsWith("there is no key", StringComparison.Ordinal));
            });
    }

    [Theory]
    [InlineData("feeds.json", "feeds: { orders: { fils: x } }", "feeds.orders.fils: there is no such key")]
    [InlineData("feeds.json", "feeds: { orders: { columns: { a: { type: text, severity: loud } } } }", "feeds.orders.columns.a.severity: \"loud\" is not one of")]
    [InlineData("feeds.json", "feeds: { orders: { header: perhaps } }", "feeds.orders.header: \"perhaps\" is no boolean")]
    [InlineData("pipeline.json", "timeout: soon", "timeout: \"soon\" does not match")]
    [InlineData("pipeline.json", "retry: { attempts: many }", "retry.attempts: \"many\" is no integer")]
    [InlineData("project.json", "zones: { raw: [a] }", "zones.raw: [\"a\"] is no string")]
    [InlineData("model.json", "columns: { a: { checks: [ { betwen: [1, 2] } ] } }", "columns.a.checks.0.betwen: there is no such key")]
    public void Mistakes(string schema, string yaml, string error) =>
        Assert.Contains(TinySchema.Errors(Schemas[schema], Json(Yaml(yaml))), e => e.StartsWith(error, StringComparison.Ordinal));

    static IEnumerable<(string Path, string Schema)> Files(TestProject project) =>
        Directory.EnumerateFiles(project.Root, "*.yml", SearchOption.AllDirectories).Select(path => (path, Path.GetFileName(path) switch
        {
            "project.yml" => "project.json",
            "pipeline.yml" => "pipeline.json",
            _ when Path.GetFileName(Path.GetDirectoryName(path)) == "feeds" => "feeds.json",
            var other => throw new InvalidOperationException($"no schema is known for {other}"),
        }));

    static YamlMappingNode Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    static IEnumerable<YamlMappingNode> Maps(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => [map, .. map.Children.Values.SelectMany(Maps)],
            YamlSequenceNode list => list.SelectMany(Maps),
            _ => [],
        };

    static JsonNode? Json(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value)))),
            YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: var plain } =>
                plain is "" or "~" or "null" ? null
                : plain is "true" or "false" ? JsonValue.Create(plain == "true")
                : int.TryParse(plain, out var n) ? JsonValue.Create(n)
                : double.TryParse(plain, System.Globalization.CultureInfo.InvariantCulture, out var d) ? JsonValue.Create(d)
                : JsonValue.Create(plain),
            var scalar => JsonValue.Create(((YamlScalarNode)scalar).Value),
        };

    // The way down to every key a schema has; "x" where the user names the key.
    static IEnumerable<string[]> Keys(JsonNode schema, string[] above)
    {
        foreach (var one in schema["anyOf"]?.AsArray() ?? [])
            foreach (var keys in Keys(one!, above))
                yield return keys;
        if (schema["items"] is { } items)
            foreach (var keys in Keys(items, [.. above, "-"]))
                yield return keys;
        if (schema["additionalProperties"] is JsonObject any)
            foreach (var keys in Keys(any, [.. above, "x"]))
                yield return keys;
        foreach (var (key, value) in schema["properties"]?.AsObject() ?? [])
        {
            yield return [.. above, key];
            foreach (var keys in Keys(value!, [.. above, key]))
                yield return keys;
        }
    }
}
