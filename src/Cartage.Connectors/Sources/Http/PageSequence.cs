using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Cartage.Ingest;

namespace Cartage.Connectors.Sources.Http;

/// <summary>The pages that answer one question, one after the other, from where the landed ones end; <paramref name="place"/> is what their names begin with.</summary>
sealed class PageSequence(HttpCalls calls, Question question, Paging? pages, string place, bool onward, IProgress<string>? notes)
{
    const int TooMany = 100_000;

    /// <summary>The pages that have not landed yet.</summary>
    public async IAsyncEnumerable<Page> ReadAsync(IReadOnlyList<Manifest> landed, [EnumeratorCancellation] CancellationToken ct)
    {
        if (Begin(landed) is not var (number, cursor))
            yield break;
        // Pages are counted from the first of the day, or, where a feed goes on from run to run, after those of earlier runs.
        var earlier = onward ? number - 1 : 0;
        string? saidBefore = null;
        while (true)
        {
            var answer = await calls.GetAsync(question, cursor, notes, ct);
            using var body = answer.Body;
            var said = Said(body);
            var repeats = pages?.By is PageBy.Page or PageBy.Offset && said is not null && said == saidBefore;
            if (repeats)
                notes?.Report($"{question.Shown(cursor)}: says what the page before it said, so that one is taken for the last");
            var isEnough = number - earlier >= pages?.Most;
            var next = pages is null || repeats || (isEnough && !onward) ? null : Next(pages, cursor, answer);
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
            if (next == cursor || number - earlier >= TooMany)
                throw new PipelineException(
                    $"{question.Shown(cursor)}: the page after it is {(next == cursor ? "the same page" : $"the {TooMany:N0}th")}: the API does not come to an end",
                    hint: "Correct 'pages' of the feed, or bound them with 'max_pages'."
                );
            (number, cursor, saidBefore) = (number + 1, next, said);
        }
    }

    // Where to go on: nowhere once a sequence has ended, unless more may have come to its last page since.
    (int Number, string? Cursor)? Begin(IReadOnlyList<Manifest> landed)
    {
        if (landed.Count == 0)
            return (1, pages?.By is PageBy.Page or PageBy.Offset ? Text(pages.First) : null);
        var ordered = landed.OrderBy(NumberOf).ThenBy(m => m.Version).ToList();
        if (ordered[^1].CursorAfter is { } after)
            return (NumberOf(ordered[^1]) + 1, after);
        // A page that is known by its number alone may have been filled up before the empty one that ended the sequence.
        var last = pages?.By == PageBy.Page ? ordered.FindLast(m => m.Rows > 0) ?? ordered[^1] : ordered[^1];
        return onward && pages is not null ? (NumberOf(last), last.CursorBefore) : null;
    }

    string? Next(Paging by, string? cursor, Answer answer) =>
        by.By switch
        {
            PageBy.Page or PageBy.Offset when answer.Body.Rows.Count == 0 => null,
            PageBy.Page => Limit(by, answer) is { } count && Number(cursor) >= count ? null : Text(Number(cursor) + 1),
            PageBy.Offset => Number(cursor) + answer.Body.Rows.Count is var reached && Limit(by, answer) is { } all && reached >= all ? null : Text(reached),
            PageBy.Cursor => answer.Body.Text(by.At!) is { Length: > 0 } next ? next : null,
            PageBy.Next => answer.Body.Text(by.At!) is { Length: > 0 } next ? question.Bookmark(next, cursor) : null,
            _ => answer.Next is { Length: > 0 } next ? question.Bookmark(next, cursor) : null,
        };

    // The number of the last page, or how many rows there are in all, where the answer says so.
    static long? Limit(Paging by, Answer answer) => by.Last is { } last && long.TryParse(answer.Body.Text(last), CultureInfo.InvariantCulture, out var limit) ? limit : null;

    static string? Said(PageBody body) =>
        body.Rows.Count == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', body.Rows.Select(r => r.GetRawText())))));

    static int NumberOf(Manifest page) => int.Parse(Path.GetFileNameWithoutExtension(page.Source), CultureInfo.InvariantCulture);

    static long Number(string? cursor) => long.Parse(cursor!, CultureInfo.InvariantCulture);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
