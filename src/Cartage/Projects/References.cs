using Cartage.Ingest;
using Cartage.Models;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>Mistakes between files that need no SQL: names that nothing provides, names that two things have.</summary>
static class References
{
    /// <summary>What is said of a connection that is not there; nothing is known of those of a project.yml that cannot be read.</summary>
    public const string NoConnection = "which is no connection of project.yml";

    public static IEnumerable<Finding> Findings(Project project)
    {
        foreach (var same in project.Pipelines.GroupBy(p => Table.ModelSchema(p.Name)).Where(g => g.Count() > 1))
            yield return new(same.Last().File, 1, $"the pipelines '{same.First().Name}' and '{same.Last().Name}' would have one schema, {same.Key}", "Rename a folder: '-' and '_' do not tell them apart.");
        foreach (var pipeline in project.Pipelines)
        {
            var feeds = pipeline.Feeds.GroupBy(f => f.Name).ToDictionary(g => g.Key, g => g.First());
            foreach (var twice in pipeline.Feeds.GroupBy(f => f.Name).Where(g => g.Count() > 1).Select(g => g.Last()))
                yield return new(twice.File, twice.Line, $"there are two feeds '{twice.Name}'");
            foreach (var twice in pipeline.Models.GroupBy(m => m.Name).Where(g => g.Count() > 1).Select(g => g.Last()))
                yield return new(twice.File, 1, $"there are two models '{twice.Name}'");
            foreach (var model in pipeline.Models.Where(m => feeds.ContainsKey(m.Name)))
                yield return new(model.File, 1, $"'{model.Name}' is a model and a feed: what reads it is ambiguous", $"Rename the model; the feed is in {feeds[model.Name].File}:{feeds[model.Name].Line}.");
            foreach (var feed in pipeline.Feeds)
                if (feed.Connection is { } connection && !project.Connections.ContainsKey(connection))
                    yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' is read through '{connection}', {NoConnection}", Spelling.Suggest(connection, project.Connections.Keys) ?? "Add it under 'connections'.");
            foreach (var feed in pipeline.Feeds)
                if (feed.Request?.EachOf is { } of)
                    if (!feeds.TryGetValue(of.Feed, out var asked) || asked == feed)
                        yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' is asked for by the rows of '{of.Feed}', which is no other feed of this pipeline", Spelling.Suggest(of.Feed, feeds.Keys.Where(k => k != feed.Name)));
                    else if (asked.Request is null || asked.Connection != feed.Connection)
                        yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' is asked for by the rows of '{of.Feed}', which is not read from the same API", "'each_of' takes a feed of the same connection.");
                    else if (WaitsForItself(feed, feeds))
                        yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' waits for itself, through '{of.Feed}'");
            foreach (var script in pipeline.Setup.Where(s => !project.Connections.ContainsKey(s.Connection)))
                yield return new(script.File, 1, $"it prepares '{script.Connection}', {NoConnection}", Spelling.Suggest(script.Connection, project.Connections.Keys) ?? "Add it under 'connections'.");
            foreach (var finding in pipeline.Feeds.SelectMany(f => f.Columns.SelectMany(c => ReferenceFindings(f, c, feeds))))
                yield return finding;
            foreach (var finding in ExportFindings(project, pipeline))
                yield return finding;
            foreach (var twice in pipeline.Checks.GroupBy(c => c.Name).Where(g => g.Count() > 1).Select(g => g.Last()))
                yield return new(twice.File, 1, $"there are two checks '{twice.Name}'");
            foreach (var finding in pipeline.Models.SelectMany(m => LookUpFindings(m, pipeline)))
                yield return finding;
        }
    }

    static IEnumerable<Finding> ReferenceFindings(Feed feed, FeedColumn column, Dictionary<string, Feed> feeds)
    {
        if (column.References is { } reference)
            if (!feeds.TryGetValue(reference.Feed, out var parent))
                yield return new(feed.File, column.Line, $"refers to the feed '{reference.Feed}', which is not there.", Spelling.Suggest(reference.Feed, feeds.Keys));
            else if (parent.Columns.Count > 0 && !parent.Columns.Any(c => c.Name == reference.Column))
                yield return new(feed.File, column.Line, $"refers to '{reference.Feed}.{reference.Column}', which is not declared.", Spelling.Suggest(reference.Column, parent.Columns.Select(c => c.Name)) ?? $"Declare it under 'columns' of '{reference.Feed}'.");
            else if (reference.OnMissing is MissingParent.Infer && (parent.Key is not [var key] || key != reference.Column))
                yield return new(feed.File, column.Line, $"'on_missing: infer' makes a row of '{reference.Feed}', whose key is not '{reference.Column}' alone", "Refer to its key, or say quarantine or warn.");
            else if (reference.OnMissing is MissingParent.Infer && parent.Columns.FirstOrDefault(c => c.Name == reference.Column) is { } named && named.DoorType != column.DoorType)
                yield return new(feed.File, column.Line, $"'on_missing: infer' makes a row of '{reference.Feed}' with a key of type {named.Type}, and '{column.Name}' is {column.Type}", "Give both one type.");
            else if (reference.OnMissing is MissingParent.Quarantine && parent != feed && HangsOn(parent, feed, feeds))
                yield return new(feed.File, column.Line, $"the rows of '{feed.Name}' wait for those of '{reference.Feed}', which hang on rows of '{feed.Name}' in turn: what goes aside on one side would leave rows without a parent on the other", "Say 'on_missing: warn' here, or 'infer' for every reference of the circle.");
    }

    static IEnumerable<Finding> LookUpFindings(Model model, Pipeline pipeline)
    {
        foreach (var twice in model.Dimensions.GroupBy(d => d.Key, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            yield return new(model.File, 1, $"{string.Join(" and ", twice.Select(d => $"'{d.Column}'"))} are both looked up by '{twice.Key}'", "A look-up takes the place of its column: have the SELECT return the column once for each, under another name.");
        foreach (var look in model.Dimensions)
            if (pipeline.Models.FirstOrDefault(m => m.Name == look.Dimension) is not { } dimension)
                yield return new(model.File, 1, $"looks up the dimension '{look.Dimension}', which is no model.", Spelling.Suggest(look.Dimension, pipeline.Models.Select(m => m.Name)));
            else if (dimension.Materialization is not Materialization.Scd2)
                yield return new(model.File, 1, $"looks up the dimension '{look.Dimension}', which is not an scd2 model.", "Look-ups need a surrogate key and validity: make it 'kind: scd2', or join it in the SELECT.");
    }

    // Through references that make a difference to a row: a warning makes none.
    static bool HangsOn(Feed child, Feed parent, Dictionary<string, Feed> feeds)
    {
        HashSet<string> seen = [];
        return Reaches(child);

        bool Reaches(Feed at) => seen.Add(at.Name) && at.Columns.Any(c => c.References is { OnMissing: not MissingParent.Warn } r && feeds.TryGetValue(r.Feed, out var next) && (next == parent || Reaches(next)));
    }

    static bool WaitsForItself(Feed feed, Dictionary<string, Feed> feeds)
    {
        var at = feed;
        for (var steps = 0; steps <= feeds.Count && at.Request?.EachOf is { } of && feeds.TryGetValue(of.Feed, out var next); steps++)
            if ((at = next).Name == feed.Name)
                return true;
        return false;
    }

    static IEnumerable<Finding> ExportFindings(Project project, Pipeline pipeline)
    {
        Dictionary<string, Model> places = [];
        foreach (var model in pipeline.Models)
            if (model.Export is { } export && $"{export.Zone}://{export.Path}" is var place)
                if (PathMistake(export, pipeline, project.Variables) is { } mistake)
                    yield return new(model.File, export.Line, mistake, "Such as: path: \"customers/{{ end:yyyy-MM-dd }}\".");
                else if (!places.TryAdd(place, model))
                    yield return new(model.File, export.Line, $"'{places[place].Name}' is exported to the same place", "Give one of them another path.");
    }

    static string? PathMistake(ModelExport export, Pipeline pipeline, IReadOnlyDictionary<string, string> variables)
    {
        if (Template.Malformed(export.Path) is not null)
            return $"the export's path '{export.Path}' has a date format that is none";
        try
        {
            _ = export.KeyFor(new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)), pipeline.TimeZone, variables);
            return null;
        }
        catch (PipelineException e)
        {
            return e.Message;
        }
    }
}
