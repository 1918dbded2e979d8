using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Cartage.Ingest;
using Cartage.Projects;

namespace Cartage.Connectors.Sources.Http;

/// <summary>An API that answers in JSON, a page at a time; each is landed before the next is asked for, and none that has landed is asked for again.</summary>
sealed class HttpSource(ConnectionSpec connection, Project project, TimeProvider clock, Random chance) : ISource
{
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
        var request =
            feed.Request
            ?? throw new PipelineException($"{feed.File}:{feed.Line}: the feed '{feed.Name}' does not say what to ask '{connection.Name}' for", hint: "Name the endpoint: get: /products.");
        var zone = project.Pipelines.FirstOrDefault(p => p.Name == feed.Pipeline)?.TimeZone ?? TimeZoneInfo.Utc;
        var end = TimeZoneInfo.ConvertTime(extraction.Interval.End, zone);
        var (settings, calls) = Open(DateOnly.FromDateTime(end.DateTime));
        var time = Time(feed, end);
        if (time.Length > 0 && !settings.IsRecorded && !request.IsOfInterval && TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone).Date > end.Date)
            extraction.Notes?.Report($"the answers are those of now, and are kept as those of {time.TrimEnd('/')}");
        string Text(string text)
        {
            var resolved = _resolver.Resolve(text, feed.File, feed.Line);
            if (text.Contains("${secret:", StringComparison.Ordinal))
                settings.Secrets.Add(resolved);
            return resolved;
        }
        var landed = extraction.FullRefresh ? null : extraction.Landed.Where(m => m.RowsAt is not null && m.Source.StartsWith(time, StringComparison.Ordinal)).ToLookup(m => m.Source[..m.Source.LastIndexOf('/')]);
        foreach (var each in request.EachOf is { } of ? await RowsAsync(extraction, of, end, ct) : Combinations(request, Text))
        {
            var question = new Question(settings, request, each, extraction.Interval, zone, Text);
            var place = time + question.Folder;
            await foreach (var page in new PageSequence(calls, question, request.Pages, place, feed.ReadsOnward, extraction.Notes).ReadAsync([.. landed?[place] ?? []], ct))
                yield return page;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _calls?.Dispose();
        return ValueTask.CompletedTask;
    }

    // What an answer is of, as the first part of its name: the interval's day or hour; nothing where the feed goes on from run to run.
    static string Time(Feed feed, DateTimeOffset end) => feed.ReadsOnward ? "" : end.ToString(feed.Request?.Once == Repeat.Hour ? "yyyy-MM-dd'T'HH'/'" : "yyyy-MM-dd'/'", CultureInfo.InvariantCulture);

    // The rows of the other feed that are of this interval; where that one goes on from run to run, all of them.
    async Task<IEnumerable<IReadOnlyList<(string, string)>>> RowsAsync(Extraction extraction, RowsOf of, DateTimeOffset end, CancellationToken ct)
    {
        var parent = project.Pipelines.First(p => p.Name == extraction.Feed.Pipeline).Feeds.First(f => f.Name == of.Feed);
        var rows = extraction.Parent is { } landed ? await landed.ReadAsync(Time(parent, end), of.Columns, ct) : [];
        return rows.Select(row => (IReadOnlyList<(string, string)>)[.. of.Columns.Zip(row)]);
    }

    static IEnumerable<IReadOnlyList<(string, string)>> Combinations(FeedRequest request, Func<string, string> text)
    {
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
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = settings.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
}
