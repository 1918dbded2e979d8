using Cartage.Ingest;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>How far the reading of a feed has come, told from what has landed.</summary>
/// <param name="Bound">From where change times are still to be read; null when the first reading never came to its end.</param>
/// <param name="Finished">Ranges of keys of a first reading that was cut off.</param>
/// <param name="FinishedSince">From where those ranges are to be caught up.</param>
/// <param name="Last">The newest moment anything was read at.</param>
sealed record Progress(DateTimeOffset? Bound, IReadOnlyList<KeyRange> Finished, DateTimeOffset? FinishedSince, DateTimeOffset? Last)
{
    /// <summary>When keys were last compared; null when never, or before a reading that was cut off.</summary>
    public DateTimeOffset? Compared { get; init; }

    /// <summary>The hash of the last reading where it was one page: all rows, or a window.</summary>
    public string? LastPage { get; init; }

    public static Progress Of(IEnumerable<Manifest> landed)
    {
        var pages = landed.Select(m => (Manifest: m, Mark: Bookmark.Read(m)!)).Where(x => x.Mark is not null).ToList();
        var readings = pages.Where(x => !x.Manifest.Deletes).GroupBy(x => x.Mark.At).OrderBy(g => g.Key).ToList();
        var last = readings.LastOrDefault();
        var complete = readings.Where(g => g.Select(x => x.Mark.Page).Distinct().Count() == g.First().Mark.Pages).ToList();
        var bound = complete.Max(g => g.First().Mark.Bound);
        var cut = complete.Count == 0 ? readings.SelectMany(g => g).Where(x => x.Mark.Keys is not null && x.Mark.Bound is not null).ToList() : [];
        var resumed = complete.LastOrDefault(g => g.Any(x => x.Mark.Keys is not null) && g.Any(x => x.Mark.Since is not null))?.Key;
        return new(bound, [.. cut.Select(x => x.Mark.Keys!)], cut.Min(x => x.Mark.Bound), pages.Count == 0 ? null : pages.Max(x => x.Mark.At))
        {
            Compared = pages.Where(x => x.Manifest.Deletes).Max(x => (DateTimeOffset?)x.Mark.At) is { } at && !(at <= resumed) ? at : null,
            LastPage = last?.Count() == 1 && last.First().Mark.Pages == 1 ? last.First().Manifest.Sha256 : null,
        };
    }
}
