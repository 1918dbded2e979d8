using System.Globalization;
using Cartage.Checks;
using Cartage.Ingest;

namespace Cartage.Projects;

/// <summary>Reads a file of feeds.</summary>
static class FeedFile
{
    public static void Probe(YamlMap map) => _ = Read(map, "", null).Count();

    /// <summary>Its feeds; without a resolver (project.yml could not be read) references stay as they are written.</summary>
    public static IEnumerable<Feed> Read(YamlMap map, string pipeline, Resolver? resolver)
    {
        var shared = new Shared(map.Texts("files"), map.Text("connection"), map.Texts("command"));
        foreach (var (name, feed, _, line) in map.Entries("feeds"))
            if (feed is null)
                map.File.Add(line, $"the feed '{name}' must be a map");
            else
                yield return ReadOne(feed, pipeline, name, line, shared, resolver);
        if (!map.Has("feeds") && !map.Keys.Any(k => Spelling.Suggest(k, ["feeds"]) is not null))
            map.Missing("feeds");
        map.Done();
    }

    static Feed ReadOne(YamlMap map, string pipeline, string name, int line, Shared shared, Resolver? resolver)
    {
        // What a feed says of itself stands; only one that says nothing is read from where the file says.
        var own = new Shared(map.Texts("files"), map.Text("connection"), map.Texts("command"));
        // One that has a name in a database may have files too: the kind of its connection says which it is read from.
        var both = own.Files.Count > 0 && (map.Has("table") || map.Has("query"));
        var (files, connection, command) = both ? own with { Connection = own.Connection ?? shared.Connection } : own.Ways.Count > 0 ? own : shared;
        var ways = (own.Ways.Count > 0 ? own : shared).Ways;
        if (ways.Count == 0)
            map.Missing("files");
        if (ways.Count > 1 && !both)
            map.File.Add(line, $"the feed '{name}' has both '{ways[0]}' and '{ways[1]}'", "It is read from one of them.");
        List<string> resolved = [];
        foreach (var file in files)
            try
            {
                resolved.Add(resolver?.Resolve(file, map.File.Name, map.LineOf("files")) ?? file);
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
                Kind = map.Choice("format", "csv", "tsv", "json", "ndjson", "parquet"),
                Delimiter = Delimiter(map),
                Decimal = map.Choice("decimal", ".", ","),
                Encoding = map.Choice("encoding", "utf-8", "utf-16", "latin-1", "iso-8859-1"),
                Header = !map.Has("header") || map.Flag("header"),
                Nulls = map.Texts("nulls"),
            },
            Key = map.Texts("key"),
            Connection = connection,
            Command = command,
            CommandTimeout = Timeout(map, command),
            Request = RequestReader.Read(map),
            DeletedWhen = map.Text("deleted_when"),
            Severity = map.Choice("severity", Severity.Quarantine),
            Schema = map.Choice("schema", SchemaPolicy.Evolve),
            Columns = [.. map.Entries("columns").Select(c => Column(map, c.Key, c.Map, c.Text, c.Line))],
        };
        result = WithCursor(WithSource(map, result), map);
        map.Done();
        Consistent(map, result);
        return result;
    }

    static void Consistent(YamlMap map, Feed feed)
    {
        // A table of a database has columns that nobody declares: the source says what is missing.
        List<string> names = feed.Relation is null && feed.Query is null ? [.. feed.Columns.Select(c => c.Name)] : [];
        foreach (var key in feed.Key.Where(k => names.Count > 0 && !names.Contains(k)))
            map.File.Add(map.LineOf("key"), $"the key column '{key}' is not declared", Spelling.Suggest(key, names));
        if (feed.Cursor is { } cursor && names.Count > 0 && !names.Contains(cursor))
            map.File.Add(map.LineOf("cursor"), $"the cursor column '{cursor}' is not declared", Spelling.Suggest(cursor, names));
        foreach (var twice in feed.Columns.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            map.File.Add(twice.Last().Line, $"the column '{twice.Last().Name}' is there already as '{twice.First().Name}'", "Upper and lower case do not tell columns apart.");
        if (feed.Format.Decimal is not null && (feed.Format.Kind is "json" or "ndjson" or "parquet" || (feed.Request ?? (object?)feed.Relation ?? feed.Query) is not null))
            map.File.Add(map.LineOf("decimal"), "'decimal' is for delimited files: in JSON, Parquet and databases numbers are numbers", "Take it out.");
        foreach (var own in feed.Columns.Where(c => Contract.Reserves(c.Name)))
            map.File.Add(own.Line, $"the column '{own.Name}' is one that Cartage adds to every row", "It keeps this name for itself: rename the column in the source.");
    }

    static TimeSpan? Timeout(YamlMap map, IReadOnlyList<string> command)
    {
        if (map.Wait("timeout") is not { } timeout)
            return null;
        if (command.Count == 0)
            map.File.Add(map.LineOf("timeout"), "'timeout' of a feed is for a command", "A connection has its own, in project.yml.");
        return timeout;
    }

    sealed record Shared(IReadOnlyList<string> Files, string? Connection, IReadOnlyList<string> Command)
    {
        public IReadOnlyList<string> Ways => [.. ((string?[])[Files.Count > 0 ? "files" : null, Connection is null ? null : "connection", Command.Count > 0 ? "command" : null]).OfType<string>()];
    }

    static string? Delimiter(YamlMap map)
    {
        if (map.Text("delimiter") is not { Length: not 1 } text)
            return map.Text("delimiter");
        map.File.Add(map.LineOf("delimiter"), $"'delimiter' must be one character, not '{text}'", "A tab is written \"\\t\", in double quotes.");
        return null;
    }

    static readonly string[] OfConnections = ["table", "query", "deletes", "chunk"];

    // What only a feed that is read through a connection can say.
    static Feed WithSource(YamlMap map, Feed feed)
    {
        var read = map.Choice("read", "incremental", "full");
        if (feed.Connection is null && OfConnections.FirstOrDefault(map.Has) is { } strange)
            map.File.Add(map.LineOf(strange), $"'{strange}' is for feeds that are read through a connection", "Name one: connection: shop.");
        if (feed.Connection is not null && read == "incremental" && !map.Has("cursor") && feed.Request is null)
            map.File.Add(map.LineOf("read"), "'read: incremental' needs a cursor", "Name the change time: cursor: { column: updated_at }.");
        return feed with
        {
            Relation = map.Text("table"),
            Query = map.Text("query"),
            ReadsAll = read == "full",
            ReadsOnward = read == "incremental",
            ChunkRows = map.Number("chunk", 1) ?? feed.ChunkRows,
            Deletes = map.Map("deletes") is { } deletes ? Comparison(deletes) : null,
        };
    }

    static Feed WithCursor(Feed feed, YamlMap map)
    {
        if (feed is { Connection: null, Command.Count: 0, ReadsAll: true })
            map.File.Add(map.LineOf("read"), "'read: full' is not for files", "A file is read whole, once for each content it has.");
        var (text, details) = map.TextOrMap("cursor");
        if (details is null)
            return feed with { Cursor = text, ReadsAll = feed.ReadsAll || text is null };
        if (feed.Connection is null)
            details.NotYet("overlap", "timezone");
        var column = details.Text("column");
        if (column is null)
            details.Missing("column");
        var zone = details.Text("timezone");
        TimeZoneInfo? found = null;
        if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out found))
            details.File.Add(details.LineOf("timezone"), $"there is no time zone '{zone}'", "Write an IANA name such as Asia/Bangkok, or UTC.");
        feed = feed with { Cursor = column, Overlap = details.Duration("overlap"), CursorZone = found ?? TimeZoneInfo.Utc };
        details.Done();
        return feed;
    }

    static KeyComparison Comparison(YamlMap map)
    {
        var every = map.Text("compare");
        var share = map.Text("max_share");
        var span = TimeSpan.Zero;
        if (every is not (null or "always") && !Durations.TryParse(every, out span))
            map.File.Add(map.LineOf("compare"), $"'compare' must be 'always' or how often, such as 7d, not '{every}'");
        var percent = 5m;
        if (share is not null && !decimal.TryParse(share.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent))
            map.File.Add(map.LineOf("max_share"), $"'max_share' must be a share of the rows such as 5%, not '{share}'");
        map.Done();
        return new(span, percent / 100);
    }

    static FeedColumn Column(YamlMap feed, string name, YamlMap? map, string? text, int line)
    {
        if (map is null)
            return Typed(feed, name, text ?? "text", line);
        var range = map.Bounds("range");
        var length = map.Bounds("length");
        var severity = map.Has("severity") ? map.Choice("severity", Severity.Quarantine) : (Severity?)null;
        var column = Typed(feed, name, map.Text("type") ?? "text", map.LineOf("type")) with
        {
            Line = line,
            Format = map.Text("format"),
            Required = map.Flag("required"),
            OneOf = map.Texts("one_of"),
            Matches = map.Text("matches"),
            Satisfies = map.Text("satisfies"),
            Min = range?.Least,
            Max = range?.Most,
            MinLength = Characters(map, length?.Least),
            MaxLength = Characters(map, length?.Most),
            Pii = map.Flag("pii"),
            Description = map.Text("description"),
            Severity = severity,
            References = map.Map("references") is { } target ? ReadReference(target) : null,
        };
        if (column.Format is { } format && !Notation.IsTime(column.DoorType))
            map.File.Add(map.LineOf("format"), $"'format' says how dates and times are written; '{name}' is {column.Type}", "For numbers say 'decimal' beside 'columns'.");
        else if (column.Format is { } letters && !Notation.IsFormat(letters))
            map.File.Add(map.LineOf("format"), $"'{letters}' is no format of dates", "Such as dd.MM.yyyy, MM/dd/yyyy HH:mm:ss or d MMM yyyy; other letters are put in quotes.");
        map.Done();
        return column;
    }

    static int? Characters(YamlMap map, string? text)
    {
        if (text is null || int.TryParse(text, CultureInfo.InvariantCulture, out var n) && n >= 0)
            return text is null ? null : int.Parse(text, CultureInfo.InvariantCulture);
        map.File.Add(map.LineOf("length"), $"'length' counts characters: '{text}' is no whole number");
        return null;
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
            map.File.Add(line, $"there is no type '{type}'", type.Contains('(') && !type.Contains(')') ? $"Within braces a comma ends a value: put it in quotes, such as \"{type},2)\"." : Spelling.Suggest(type, ["text", "integer", "bigint", "decimal(10,2)", "double", "boolean", "date", "timestamp", "timestamptz", "time", "uuid", "json"]));
        return new(name, type) { Line = line };
    }
}
