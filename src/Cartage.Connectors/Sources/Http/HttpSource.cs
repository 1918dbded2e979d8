using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Cartage.Ingest;
using Cartage.Projects;

namespace Cartage.Connectors.Sources.Http;

/// <summary>An API that answers in JSON, a page at a time; each is landed before the next is asked for, and none that has landed is asked for again.</summary>
sealed class HttpSource(ConnectionSpec connection, Project project, TimeProvider clock, Random chance) : ISource
{
    const int TooMany = 100_000;

    readonly Resolver _resolver = new(project.Root, project.Variables);
    readonly Lock _gate = new();
    HttpSettings? _settings;
    HttpCalls? _calls;

    /// <inheritdoc/>
    public int Parallelism => 1;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
    {
        var feed = extraction.Feed;
        var request = feed.Request ?? throw new PipelineException($"{feed.File}:{feed.Line}: the feed '{feed.Name}' does not say what to ask '{connection.Name}' for", hint: "Name the endpoint: get: /products.");
        var zone = project.Pipelines.FirstOrDefault(p => p.Name == feed.Pipeline)?.TimeZone ?? TimeZoneInfo.Utc;
        var end = TimeZoneInfo.ConvertTime(extraction.Interval.End, zone);
        var (settings, calls) = Open(DateOnly.FromDateTime(end.DateTime));
        var again = feed.ReadsOnward ? "" : end.ToString(request.Once == Repeat.Hour ? "yyyy-MM-dd'T'HH" : "yyyy-MM-dd", CultureInfo.InvariantCulture) + "/";
        if (again.Length > 0 && !settings.IsRecorded && !request.IsOfInterval && TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone).Date > end.Date)
            extraction.Notes?.Report($"the answers are those of now, and are kept as those of {again.TrimEnd('/')}");
        string Text(string text)
        {
            var resolved = _resolver.Resolve(text, feed.File, feed.Line);
            if (text.Contains("${secret:", StringComparison.Ordinal))
                settings.Secrets.Add(resolved);
            return resolved;
        }
        var landed = extraction.FullRefresh ? [] : extraction.Landed.Where(m => m.Source.StartsWith(again, StringComparison.Ordinal)).GroupBy(m => m.Source[..m.Source.LastIndexOf('/')]).ToDictionary(g => g.Key, g => g.OrderBy(NumberOf).ThenBy(m => m.Version).ToList());
        foreach (var each in await EachAsync(extraction, request, again, Text, ct))
        {
            var question = new Question(settings, request, each, extraction.Interval, zone, Text);
            var place = again + question.Folder;
            if (Begin(request, landed.GetValueOrDefault(place), feed.ReadsOnward) is { } begin)
                await foreach (var page in SequenceAsync(calls, question, request.Pages, place, begin, feed.ReadsOnward, extraction.Notes, ct))
                    yield return page;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _calls?.Dispose();
        return ValueTask.CompletedTask;
    }

    // Where to go on: nowhere once a sequence has ended, unless more may have come to its last page since.
    static (int Number, string? Cursor)? Begin(FeedRequest request, List<Manifest>? landed, bool onward)
    {
        if (landed is null)
            return (1, request.Pages?.By is PageBy.Page or PageBy.Offset ? Text(request.Pages.First) : null);
        if (landed[^1].CursorAfter is { } after)
            return (NumberOf(landed[^1]) + 1, after);
        // A page that is known by its number alone may have been filled up before the empty one that ended the sequence.
        var last = request.Pages?.By == PageBy.Page ? landed.FindLast(m => m.Rows > 0) ?? landed[^1] : landed[^1];
        return onward && request.Pages is not null ? (NumberOf(last), last.CursorBefore) : null;
    }

    static int NumberOf(Manifest page) => int.Parse(Path.GetFileNameWithoutExtension(page.Source), CultureInfo.InvariantCulture);

    // Pages are counted from the first of the day, or, where a feed goes on from run to run, after those of earlier runs.
    static async IAsyncEnumerable<Page> SequenceAsync(HttpCalls calls, Question question, Paging? pages, string place, (int Number, string? Cursor) begin, bool onward, IProgress<string>? notes, [EnumeratorCancellation] CancellationToken ct)
    {
        var (number, cursor) = begin;
        var before = onward ? number - 1 : 0;
        string? saidBefore = null;
        while (true)
        {
            var answer = await calls.GetAsync(question, cursor, notes, ct);
            using var body = answer.Body;
            var said = Said(body);
            var repeats = pages?.By is PageBy.Page or PageBy.Offset && said is not null && said == saidBefore;
            if (repeats)
                notes?.Report($"{question.Shown(cursor)}: says what the page before it said, so that one is taken for the last");
            var isEnough = number - before >= pages?.Most;
            var next = pages is null || repeats || isEnough && !onward ? null : Next(pages, question, cursor, answer);
            yield return new($"{place}/{number:D7}.json", _ => ValueTask.FromResult<Stream>(new MemoryStream(answer.Bytes)))
            {
                CursorBefore = cursor,
                CursorAfter = next,
                Rows = body.Rows.Count,
                RowsAt = body.RowsAt,
                Fields = body.Fields,
                Constants = question.Constants,
            };
            if (next is null || isEnough)
                yield break;
            if (next == cursor || number - before >= TooMany)
                throw new PipelineException($"{question.Shown(cursor)}: the page after it is {(next == cursor ? "the same page" : $"the {TooMany:N0}th")}: the API does not come to an end", hint: "Correct 'pages' of the feed, or bound them with 'max_pages'.");
            (number, cursor, saidBefore) = (number + 1, next, said);
        }
    }

    static string? Next(Paging pages, Question question, string? cursor, Answer answer) =>
        pages.By switch
        {
            PageBy.Page or PageBy.Offset when answer.Body.Rows.Count == 0 => null,
            PageBy.Page => Number(cursor) is var page && pages.Last is { } last && long.TryParse(answer.Body.Text(last), CultureInfo.InvariantCulture, out var count) && page >= count ? null : Text(Number(cursor) + 1),
            PageBy.Offset => pages.Last is { } last && long.TryParse(answer.Body.Text(last), CultureInfo.InvariantCulture, out var all) && Number(cursor) + answer.Body.Rows.Count >= all ? null : Text(Number(cursor) + answer.Body.Rows.Count),
            PageBy.Cursor => answer.Body.Text(pages.At!) is { Length: > 0 } next ? next : null,
            PageBy.Next => answer.Body.Text(pages.At!) is { Length: > 0 } next ? question.Bookmark(next, cursor) : null,
            _ => answer.Next is { Length: > 0 } next ? question.Bookmark(next, cursor) : null,
        };

    async Task<IEnumerable<IReadOnlyList<(string, string)>>> EachAsync(Extraction extraction, FeedRequest request, string again, Func<string, string> text, CancellationToken ct)
    {
        if (request.EachOf is { } of)
        {
            // Rows of the day that is asked for; where the other feed goes on from run to run, all of its rows.
            var parent = project.Pipelines.SelectMany(p => p.Feeds).First(f => f.Pipeline == extraction.Feed.Pipeline && f.Name == of.Feed);
            var prefix = parent.ReadsOnward ? "" : TimeZoneInfo.ConvertTime(extraction.Interval.End, project.Pipelines.First(p => p.Name == parent.Pipeline).TimeZone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var rows = extraction.Parent is { } landed ? await landed.ReadAsync(prefix, of.Columns, ct) : [];
            return rows.Select(row => (IReadOnlyList<(string, string)>)[.. of.Columns.Zip(row)]);
        }
        IEnumerable<IReadOnlyList<(string, string)>> all = [[]];
        foreach (var (name, values) in request.Each)
        {
            List<string> given = [.. values.SelectMany(v => text(v).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];
            all = [.. all.SelectMany(before => given.Select(v => (IReadOnlyList<(string, string)>)[.. before, (name, v)]))];
        }
        return all;
    }

    (HttpSettings, HttpCalls) Open(DateOnly day)
    {
        lock (_gate)
        {
            _settings ??= HttpSettings.Read(connection, _resolver, project.Root);
            _calls ??= new(_settings, _settings.IsRecorded ? new RecordedAnswers(_settings.Url.LocalPath, day) : Network(_settings), clock, chance);
            return (_settings, _calls);
        }
    }

    static SocketsHttpHandler Network(HttpSettings settings) =>
        new() { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.All, ConnectTimeout = settings.Timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };

    static string? Said(PageBody body) => body.Rows.Count == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', body.Rows.Select(r => r.GetRawText())))));

    static long Number(string? cursor) => long.Parse(cursor!, CultureInfo.InvariantCulture);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
