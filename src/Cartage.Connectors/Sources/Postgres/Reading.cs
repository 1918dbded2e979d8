using Cartage.Ingest;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>A page to be read: its statement and what it stands for.</summary>
sealed record ReadingPart(string Copy)
{
    /// <summary>The keys it is about, in a reading of all rows.</summary>
    public KeyRange? Keys { get; init; }

    /// <summary>Where its change times begin, in a window.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether it stands for nothing when it holds no row.</summary>
    public bool OmitEmpty { get; init; }

    /// <summary>The hash of what it held before.</summary>
    public string? Unless { get; init; }
}

/// <summary>What is to be read of a feed now, given how far it has come: all of it, the rest of it, or what changed since.</summary>
sealed class Reading(SourceTable table, Progress progress, SafeBound safe, DateTimeOffset at, Extraction asked)
{
    readonly Feed _feed = table.Feed;

    bool All => _feed.ReadsAll || _feed.Cursor is null;

    /// <summary>Where the window begins; null when all rows are read.</summary>
    public DateTimeOffset? From =>
        All ? null
        : asked.From ?? (asked.FullRefresh || progress.Bound is null ? null : progress.Bound - Overlap);

    /// <summary>The bookmark that is set when everything has landed: it never goes back, and never over rows that were not asked for.</summary>
    public DateTimeOffset? Bound
    {
        get
        {
            if (_feed.Cursor is null)
                return null;
            var reached = asked.To < safe.At ? asked.To.Value : safe.At;
            return progress.Bound is { } before && (before > reached || asked.From > before) ? before : reached;
        }
    }

    /// <summary>Whether it is time to look for keys that are gone.</summary>
    public bool ComparesKeys =>
        _feed.Key.Count > 0 && asked.From is null && asked.To is null
        && (_feed.Deletes is { } deletes ? progress.Compared is null || at - progress.Compared >= deletes.Every : All);

    TimeSpan Overlap => _feed.Overlap ?? (safe.IsCertain ? TimeSpan.Zero : SafeBound.DefaultOverlap);

    /// <summary>The pages, in order.</summary>
    public async Task<IReadOnlyList<ReadingPart>> PartsAsync(Moment moment, CancellationToken ct)
    {
        if (From is not null || (asked.To is not null && !All))
            return [WindowPart(From, omitEmpty: true)];
        await using var session = await moment.OpenAsync(ct);
        if (progress.Finished.Count == 0 || asked.FullRefresh)
            return await AllAsync(session, [new(null, null)], ct);
        // The first reading was cut off: what is missing is read now, and what changed meanwhile in what had landed.
        asked.Notes?.Report($"{progress.Finished.Count} pages have landed before; the rest is read, and what changed since");
        var missing = await Chunks.MissingAsync(session.Connection, table, progress.Finished, ct);
        return [.. await AllAsync(session, missing, ct), WindowPart(progress.FinishedSince - Overlap, omitEmpty: false)];
    }

    async Task<IReadOnlyList<ReadingPart>> AllAsync(Session session, IReadOnlyList<KeyRange> within, CancellationToken ct)
    {
        List<ReadingPart> parts = [];
        foreach (var range in within)
            foreach (var keys in await Chunks.OfAsync(session.Connection, table, range, ct))
                parts.Add(new(table.Copy(table.Within(keys))) { Keys = keys });
        // All of a small table that nobody dates is read in the order of its key: then the same rows are the same bytes, which need not land again.
        return parts is [var only] && _feed.Cursor is null
            ? [only with { Copy = table.Copy(order: _feed.Key.Count > 0 ? table.Key : ""), Unless = progress.LastPage }]
            : parts;
    }

    ReadingPart WindowPart(DateTimeOffset? since, bool omitEmpty) => new(table.Copy(new Window(since, asked.To).Condition(table))) { Since = since, OmitEmpty = omitEmpty, Unless = omitEmpty ? progress.LastPage : null };
}
