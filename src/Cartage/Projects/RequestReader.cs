using Cartage.Ingest;
using Cartage.Models;

namespace Cartage.Projects;

/// <summary>Reads what a feed asks of an API: <c>get</c> and the keys that go with it.</summary>
static class RequestReader
{
    static readonly string[] Others = ["params", "each", "each_of", "pages", "rows", "add", "once_per", "not_found"];
    static readonly string[] OfTables = ["table", "query", "chunk", "deletes"];

    public static FeedRequest? Read(YamlMap map)
    {
        var path = map.Text("get");
        var request = new FeedRequest(path ?? "")
        {
            Parameters = map.TextsByName("params"),
            Each = [.. map.ListsByName("each").Select(e => (e.Key, e.Value))],
            EachOf = map.Map("each_of") is { } of ? Of(of) : null,
            Pages = map.Map("pages") is { } pages ? Pages(pages) : null,
            Rows = map.Texts("rows"),
            Added = map.TextsByName("add"),
            Once = map.Choice("once_per", Repeat.Day),
            MayBeMissing = map.Choice("not_found", "fail", "empty") == "empty",
        };
        if (path is null)
        {
            foreach (var key in Others.Where(map.Keys.Contains))
                map.File.Add(map.LineOf(key), $"'{key}' means nothing without 'get'", "Name the endpoint: get: /products.");
            return null;
        }
        foreach (var text in request.Texts.Where(t => Template.Malformed(t) is not null))
            map.File.Add(map.LineOf("get"), $"'{text}' has a date format that is none", "Such as {{ start:yyyy-MM-dd }}.");
        foreach (var key in OfTables.Where(map.Keys.Contains))
            map.File.Add(map.LineOf(key), $"'{key}' means nothing beside 'get'", "An API is asked for an endpoint, not for a table.");
        if (request.EachOf is not null && request.Each.Count > 0)
            map.File.Add(map.LineOf("each"), "'each' and 'each_of' cannot both be there", "Put the values of 'each' under 'params', or ask for them in a feed of their own.");
        return request;
    }

    static RowsOf? Of(YamlMap map)
    {
        var (feed, columns) = (map.Text("feed"), map.Texts("columns"));
        if (feed is null)
            map.Missing("feed");
        if (columns.Count == 0)
            map.Missing("columns");
        map.Done();
        return feed is null || columns.Count == 0 ? null : new(feed, columns);
    }

    static Paging Pages(YamlMap map)
    {
        var by = map.Choice("by", PageBy.Page);
        var at = map.Text("at");
        if (by is PageBy.Cursor or PageBy.Next && at is null)
            map.Missing("at");
        var (size, sizeName) = (map.Number("size", 1), map.Text("size_param"));
        var paging = new Paging(by, map.Text("param") ?? (by switch { PageBy.Offset => "offset", PageBy.Cursor => "cursor", _ => "page" }), at)
        {
            First = map.Number("from", 0) ?? (by == PageBy.Page ? 1 : 0),
            Size = size is { } rows ? (sizeName ?? "limit", rows) : null,
            Last = map.Text("last"),
            Most = map.Number("max_pages", 1),
        };
        if (sizeName is not null && size is null)
            map.Missing("size");
        map.Done();
        return paging;
    }
}
