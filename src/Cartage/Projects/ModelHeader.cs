using Cartage.Checks;
using Cartage.Models;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>Reads what a model's header says of the table it becomes.</summary>
static class ModelHeader
{
    static readonly string[] Kinds = ["view", "table", "append", "merge", "scd2", "interval"];

    // What only one kind of model has.
    static readonly (string Key, string Kind)[] Particular = [("surrogate", "scd2"), ("updated_at", "scd2"), ("deleted", "scd2"), ("time", "interval")];

    public static void Probe(YamlMap map) => Read(map, new("", "", "", 1, "", new Materialization.View()));

    public static Model Read(YamlMap map, Model model)
    {
        var columns = map.Entries("columns").Select(c => ReadColumn(c.Key, c.Map, c.Text, model)).ToList();
        model = model with
        {
            Materialization = ReadMaterialization(map),
            Layout = ReadLayout(map),
            Description = map.Text("description"),
            Tags = map.Texts("tags"),
            Pii = [.. columns.Where(c => c.Pii).Select(c => c.Name)],
            Columns = columns.Where(c => c.Description is not null).ToDictionary(c => c.Name, c => c.Description!),
            Checks = Named([.. columns.SelectMany(c => c.Checks), .. ReadChecks(map, model, null)]),
            Export = map.Map("export") is { } export ? ReadExport(export) : null,
            Dimensions = [.. map.Entries("dimensions").Select(d => ReadDimension(map, d.Key, d.Map, d.Line)).OfType<DimensionLookup>()],
        };
        map.Done();
        return model;
    }

    static TableLayout? ReadLayout(YamlMap map)
    {
        var (dist, style, sort) = (map.Text("distkey"), map.Choice("diststyle", ["auto", "even", "all", "key"]), map.Texts("sortkey"));
        var encodings = map.Entries("encode").Where(e => e.Text is not null).ToDictionary(e => e.Key, e => e.Text!);
        if (dist is not null && style is not (null or "key"))
            map.File.Add(map.LineOf("diststyle"), $"'diststyle: {style}' and 'distkey' exclude each other", "Take one of them out.");
        return dist is null && style is null && sort.Count == 0 && encodings.Count == 0 ? null : new(dist, style, sort, encodings);
    }

    static Materialization ReadMaterialization(YamlMap map)
    {
        var chosen = map.Choice("kind", Kinds);
        var key = map.Texts("key");
        var (surrogate, updated, deleted, time) = (map.Text("surrogate"), map.Text("updated_at"), map.Text("deleted"), map.Text("time"));
        if (chosen is null && map.Has("kind"))
            return new Materialization.View(); // what it needs is not known
        var kind = chosen ?? "table";
        foreach (var (alien, of) in Particular.Where(p => p.Kind != kind && map.Has(p.Key)))
            map.File.Add(map.LineOf(alien), $"'{alien}' is for models of kind {of}; this one is of kind {kind}", "Take it out, or change 'kind'.");
        switch (kind)
        {
            case "view":
                return new Materialization.View();
            case "append":
                return new Materialization.Append();
            case "merge" when key.Count > 0:
                return new Materialization.Merge(key);
            case "scd2" when key.Count == 1 && surrogate is not null:
                return new Materialization.Scd2(key[0], surrogate, updated, deleted);
            case "interval" when time is not null:
                return new Materialization.ReplaceInterval(time);
            case "table":
                return new Materialization.FullTable(key);
            default:
                map.File.Add(map.LineOf("kind"), kind == "scd2" ? "an scd2 model needs 'key' (one column) and 'surrogate'" : kind == "merge" ? "a merge model needs 'key'" : "an interval model needs 'time'");
                return new Materialization.View();
        }
    }

    static HeaderColumn ReadColumn(string name, YamlMap? map, string? text, Model model)
    {
        if (map is null)
            return new(name, text, false, []);
        var column = new HeaderColumn(name, map.Text("description"), map.Flag("pii"), ReadChecks(map, model, name));
        map.Done();
        return column;
    }

    static List<Check> ReadChecks(YamlMap map, Model model, string? column) =>
        [.. map.Items("checks").Select(c => CheckReader.Read(map.File, c.Map, c.Text, c.Line, model.Name, column)).OfType<Check>()];

    // Checks of one kind on one table get numbers, so that each has a name to be accepted by.
    static IReadOnlyList<Check> Named(IEnumerable<Check> checks)
    {
        Dictionary<string, int> seen = [];
        return [.. checks.Select(c => seen.TryAdd(c.Name, 1) ? c : c with { Name = $"{c.Name}_{++seen[c.Name]}" })];
    }

    static ModelExport? ReadExport(YamlMap map)
    {
        var (zone, path, formats) = (map.Choice("zone", [.. ModelExport.Zones]) ?? "processed", map.Text("path"), map.Texts("formats"));
        if (path is null)
            map.Missing("path");
        foreach (var format in formats.Except(ModelExport.Known))
            map.File.Add(map.LineOf("formats"), $"there is no format '{format}'", Spelling.Suggest(format, ModelExport.Known) ?? $"Formats are {string.Join(", ", ModelExport.Known)}.");
        map.Done();
        return path is null ? null : new(zone, path, formats.Count > 0 ? [.. formats.Distinct()] : ["csv"], map.File.Shift + map.Line);
    }

    static DimensionLookup? ReadDimension(YamlMap map, string column, YamlMap? look, int line)
    {
        var (table, key, at, missing) = (look?.Text("table"), look?.Text("key"), look?.Text("at"), look?.Choice("missing", MissingMember.Unknown) ?? MissingMember.Unknown);
        look?.Done();
        if (table is not null && key is not null)
            return new(column, table, key, at, missing);
        map.File.Add(line, $"the dimension '{column}' needs 'table' and 'key'");
        return null;
    }

    sealed record HeaderColumn(string Name, string? Description, bool Pii, IReadOnlyList<Check> Checks);
}
