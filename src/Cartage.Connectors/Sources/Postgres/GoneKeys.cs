using System.Globalization;
using Cartage.Ingest;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>Keys that were loaded and are no longer in the source. Their deletion is dated <paramref name="bound"/>: a key that comes back is committed later, and so dated no earlier.</summary>
sealed class GoneKeys(SourceTable table, DateTimeOffset seen, DateTimeOffset bound)
{
    // Where nobody said: a table that is read whole may lose this share of its rows at once.
    const decimal DefaultShare = 0.5m;

    /// <summary>The columns of the page that tells of them.</summary>
    public IReadOnlyList<Column> Columns =>
    [
        .. table.Feed.Key.Select(k => new Column(k, "VARCHAR")),
        .. table.Feed.Cursor is { } cursor && !table.Feed.Key.Contains(cursor) ? [new Column(cursor, "VARCHAR")] : Array.Empty<Column>(),
        new("_deleted_at", "TIMESTAMP"),
    ];

    /// <summary>The page of them: keys, the change time their deletion has, and when it was seen; in a file, for there may be many, which goes when it is closed. A <see cref="PipelineException"/> rejects the run when too many are gone.</summary>
    public async Task<Stream> FindAsync(Moment moment, Extraction extraction, string tempFolder, CancellationToken ct)
    {
        Directory.CreateDirectory(tempFolder);
        var csv = new FileStream(Path.Combine(tempFolder, Path.GetRandomFileName()), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        try
        {
            await using (var writer = new StreamWriter(csv, leaveOpen: true) { NewLine = "\n" })
                await WriteAsync(writer, moment, extraction, ct);
            csv.Position = 0;
            return csv;
        }
        catch
        {
            await csv.DisposeAsync();
            throw;
        }
    }

    // Hashes are compared bucket by bucket, then keys within buckets that differ.
    async Task WriteAsync(StreamWriter csv, Moment moment, Extraction extraction, CancellationToken ct)
    {
        await csv.WriteLineAsync(string.Join(',', Columns.Select(c => Quoted(c.Name))));
        var (feed, loaded) = (table.Feed, extraction.Loaded.Keys(table.Feed));
        var there = await loaded.BucketsAsync(ct);
        if (there.Count == 0)
            return;
        await using var session = await moment.OpenAsync(ct);
        var source = (await session.Connection.QueryAsync(
            $"SELECT substr(h, 1, 3), count(*), CAST(sum(CAST(CAST('x' || substr(h, 4, 10) AS bit(40)) AS bigint)) AS text) FROM ({Hashes(table)}) k GROUP BY 1",
            r => new KeyBucket(r.GetString(0), r.GetInt64(1), r.GetString(2)), ct)).ToHashSet();
        List<string> differing = [.. there.Where(b => !source.Contains(b)).Select(b => b.Bucket)];
        if (differing.Count == 0)
            return;
        var (share, total, gone) = (feed.Deletes?.MaxShare ?? DefaultShare, there.Sum(b => b.Keys), 0L);
        await foreach (var key in AbsentAsync(loaded.ReadAsync(differing, ct), session.Connection, table, differing, ct))
        {
            if (++gone > share * total && !extraction.Accept.Contains($"{feed.Name}.max_share"))
                throw TooMany(feed, total, share);
            await csv.WriteLineAsync(Line(key));
        }
    }

    string Line(HashedKey key) =>
        string.Join(',', [
            .. key.Values.Select(Quoted),
            .. Columns.Count > key.Values.Count + 1 ? [Window.Text(bound, table.Feed, table.CursorType!)] : Array.Empty<string>(),
            seen.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        ]);

    // Both sides come in the order of their hashes, so neither need be held.
    static async IAsyncEnumerable<HashedKey> AbsentAsync(IAsyncEnumerable<HashedKey> loaded, NpgsqlConnection connection, SourceTable table, List<string> buckets, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT h FROM ({Hashes(table)}) k WHERE substr(h, 1, 3) = ANY($1) ORDER BY h COLLATE \"C\"", connection) { Parameters = { new() { Value = buckets.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var hash = await reader.ReadAsync(ct) ? reader.GetString(0) : null;
        await foreach (var key in loaded.WithCancellation(ct))
        {
            while (hash is not null && string.CompareOrdinal(hash, key.Hash) < 0)
                hash = await reader.ReadAsync(ct) ? reader.GetString(0) : null;
            if (hash != key.Hash)
                yield return key;
        }
    }

    static string Hashes(SourceTable table) =>
        $"SELECT {LoadedKeys.Hash(table.KeyTexts)} AS h FROM {table.From} WHERE {string.Join(" AND ", table.Feed.Key.Select(k => $"{Dialect.DuckDb.Quote(k)} IS NOT NULL"))}";

    static PipelineException TooMany(Feed feed, long total, decimal share) =>
        new(
            $"{feed.File}:{feed.Line}: the feed '{feed.Name}': more than {share.ToString("0.##%", CultureInfo.InvariantCulture)} of its {total} keys are gone from {feed.Relation ?? "its query"} (max_share)",
            hint: $"Nothing was published. If they were deleted on purpose, accept it once with 'cartage run --accept {feed.Name}.max_share'.")
        { Rejects = true };

    static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"")}\"";
}
