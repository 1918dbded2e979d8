using System.Globalization;
using Cartage.Ingest;
using Cartage.Models;

namespace Cartage.Connectors.Sources.Http;

/// <summary>What is asked for one combination of a feed's values, page by page.</summary>
sealed class Question
{
    readonly HttpSettings _settings;
    readonly Paging? _pages;
    readonly string _path;
    readonly List<KeyValuePair<string, string>> _parameters;

    /// <summary>Fills in a feed's request; <paramref name="text"/> resolves references.</summary>
    public Question(HttpSettings settings, FeedRequest request, IReadOnlyList<(string Name, string Value)> each, Interval interval, TimeZoneInfo zone, Func<string, string> text)
    {
        (_settings, _pages) = (settings, request.Pages);
        HashSet<string> used = [];
        string Fill(string template, bool escape = false) =>
            Template.Fill(text(template), (name, format) =>
            {
                if (name is "start" or "end")
                    return Time(name == "start" ? interval.Start : interval.End, format, zone);
                if (each.FirstOrDefault(e => "each." + e.Name == name) is not { Value: { } value })
                    throw Template.NoValue(name, "There are start, end and each.NAME with a name of 'each' or 'each_of'.");
                used.Add(name);
                return escape ? Uri.EscapeDataString(value) : value;
            });
        _path = Fill(request.Path, escape: true).TrimStart('/');
        var written = request.Parameters.Select(p => KeyValuePair.Create(p.Key, Fill(p.Value))).ToList();
        _parameters = [.. written, .. each.Where(e => !used.Contains("each." + e.Name)).Select(e => KeyValuePair.Create(e.Name, e.Value))];
        Constants = each.Select(e => KeyValuePair.Create(e.Name, e.Value)).Concat(request.Added.Select(a => KeyValuePair.Create(a.Key, Fill(a.Value)))).DistinctBy(c => c.Key).ToDictionary();
        (Rows, MayBeMissing) = (request.Rows, request.MayBeMissing);
        Folder = string.Join('/', each.Select(e => $"{e.Name}={Uri.EscapeDataString(e.Value)}").DefaultIfEmpty("all"));
    }

    /// <summary>The columns that every row of its answers has beside its own.</summary>
    public IReadOnlyDictionary<string, string> Constants { get; }

    /// <summary>Where the rows may be.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>Whether "not found" stands for no rows.</summary>
    public bool MayBeMissing { get; }

    /// <summary>What tells it from the other questions of its feed.</summary>
    public string Folder { get; }

    Uri Base => _settings.IsRecorded ? new("http://recorded.invalid/") : _settings.Url;

    /// <summary>The address of the page at a cursor, with the connection's keys.</summary>
    public Uri Address(string? cursor) => WithKeys(Bare(cursor));

    /// <summary>The same without keys, to be read.</summary>
    public string Shown(string? cursor) => Bare(cursor) is var bare && _settings.IsRecorded ? bare.PathAndQuery : bare.ToString();

    /// <summary>An address with the connection's keys among its parameters.</summary>
    public Uri WithKeys(Uri address) => _settings.Parameters.Count == 0 ? address : With(new(Kept(address), UriKind.Absolute), _settings.Parameters);

    /// <summary>Whether an address is of the connection's origin.</summary>
    public bool MayFollow(Uri target) => target.GetLeftPart(UriPartial.Authority).Equals(Base.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase) && target.UserInfo.Length == 0;

    /// <summary>The address of the next page as a bookmark, without keys; a <see cref="PipelineException"/> where it leads to another origin.</summary>
    public string Bookmark(string next, string? cursor)
    {
        if (!Uri.TryCreate(Bare(cursor), next, out var target) || !MayFollow(target))
            throw new PipelineException(
                _settings.Secrets.Mask(
                    $"{_settings.Name}: GET {Shown(cursor)}: the next page is said to be at '{(target is null ? next : target.GetLeftPart(UriPartial.Authority))}', "
                        + $"another origin than {Base.GetLeftPart(UriPartial.Authority)}: refused, so that no key goes there"
                ),
                hint: "If that is where the API is now, put its address into 'url'."
            );
        return new Uri(Kept(target)).PathAndQuery;
    }

    Uri Bare(string? cursor)
    {
        if (_pages?.By is PageBy.Link or PageBy.Next && cursor is not null)
            return new(Base.GetLeftPart(UriPartial.Authority) + cursor); // a path, though it may begin as a host or a scheme does
        List<KeyValuePair<string, string>> parameters = [.. _parameters];
        if (_pages?.Size is { } size)
            parameters.Add(new(size.Name, size.Rows.ToString(CultureInfo.InvariantCulture)));
        if (_pages is not null && cursor is not null)
            parameters.Add(new(_pages.Parameter, cursor));
        return With(new(Base.AbsoluteUri + _path), parameters);
    }

    // An API may write the key it was given into the addresses it gives.
    string Kept(Uri address)
    {
        var kept = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(p => !_settings.Parameters.ContainsKey(Uri.UnescapeDataString(p.Split('=')[0])) && !_settings.Secrets.IsIn(p));
        return address.GetLeftPart(UriPartial.Path) + (string.Join('&', kept) is { Length: > 0 } query ? "?" + query : "");
    }

    static Uri With(Uri address, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var query = string.Join('&', parameters.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
        return query.Length == 0 ? address : new(address.GetLeftPart(UriPartial.Path) + (address.Query.Length > 1 ? $"{address.Query}&{query}" : "?" + query));
    }

    static string Time(DateTimeOffset time, string format, TimeZoneInfo zone) =>
        format.Length == 0 ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : TimeZoneInfo.ConvertTime(time, zone).ToString(format, CultureInfo.InvariantCulture);
}
