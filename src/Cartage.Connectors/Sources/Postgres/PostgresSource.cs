using System.Runtime.CompilerServices;
using Cartage.Ingest;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>Tables and queries of a PostgreSQL database, all of them read from one snapshot, each page a COPY straight from the server.</summary>
sealed class PostgresSource(PostgresSourceOptions options, string root, string tempFolder) : ISource
{
    readonly SemaphoreSlim _first = new(1);
    Moment? _moment;

    /// <inheritdoc/>
    public int Parallelism => options.Parallel;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
    {
        var moment = await MomentAsync(extraction, ct);
        var feed = extraction.Feed;
        var table = await SaidAsync(feed, () => DescribeAsync(moment, feed, ct));
        var progress = Progress.Of(extraction.Landed);
        // A server whose clock was set back must not make what is read now look older than what was read before.
        var at = progress.Last >= moment.At ? progress.Last.Value.AddTicks(10) : moment.At;
        var reading = new Reading(table, progress, moment.Bound, at, extraction);
        var parts = await SaidAsync(feed, () => reading.PartsAsync(moment, ct));
        foreach (var (part, i) in parts.Select((p, i) => (p, i)))
            yield return new($"{Bookmark.Folder(at)}/{i + 1:D5}.csv.gz", stop => OpenAsync(moment, feed, part.Copy, stop))
            {
                CursorBefore = reading.From?.ToString("O"),
                CursorAfter = new Bookmark(at, reading.Bound, i + 1, parts.Count) { Keys = part.Keys, Since = part.Since }.Write(),
                Columns = table.Portable,
                Pack = true,
                OmitEmpty = part.OmitEmpty,
                Unless = part.Unless,
            };
        if (!reading.ComparesKeys)
            yield break;
        var keys = new GoneKeys(table, at, moment.Bound.Earliest);
        var gone = await SaidAsync(feed, () => keys.FindAsync(moment, extraction, tempFolder, ct));
        yield return new($"{Bookmark.Folder(at)}/deleted.csv.gz", _ => ValueTask.FromResult(gone))
        {
            CursorAfter = new Bookmark(at, null, 1, 1).Write(),
            Columns = keys.Columns,
            Pack = true,
            Deletes = true,
            OmitEmpty = feed.Deletes is not { Every.Ticks: > 0 },
        };
    }

    /// <inheritdoc/>
    public Task SetUpAsync(SetupScript script, CancellationToken ct) => new PostgresSetup(options, root).RunAsync(script, ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_moment is not null)
            await _moment.DisposeAsync();
        _first.Dispose();
    }

    // The first feed that asks takes the moment, for all of them.
    async Task<Moment> MomentAsync(Extraction extraction, CancellationToken ct)
    {
        await _first.WaitAsync(ct);
        try
        {
            if (_moment is null)
            {
                _moment = await Moment.TakeAsync(options, ct);
                foreach (var note in _moment.Bound.Notes)
                    extraction.Warnings?.Report($"{options.Connection.Name}: {note}");
            }
            return _moment;
        }
        finally
        {
            _first.Release();
        }
    }

    static async Task<SourceTable> DescribeAsync(Moment moment, Feed feed, CancellationToken ct)
    {
        await using var session = await moment.OpenAsync(ct);
        var table = await SourceTable.DescribeAsync(session.Connection, feed, ct);
        return table.CursorType is not { } type || Window.Knows(type) ? table
            : throw new PipelineException(
                $"{feed.File}:{feed.Line}: the feed '{feed.Name}': the cursor '{feed.Cursor}' is of type {type}, which is no time",
                hint: "A cursor is a date or timestamp of the last change. Without one, say 'read: full'.");
    }

    async ValueTask<Stream> OpenAsync(Moment moment, Feed feed, string copy, CancellationToken ct) =>
        await SaidAsync<Stream>(feed, async () =>
        {
            var session = await moment.OpenAsync(ct);
            try
            {
                return await CopyStream.OpenAsync(session, copy, e => Explain(e, feed), ct);
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        });

    async Task<T> SaidAsync<T>(Feed feed, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            throw Explain(e, feed);
        }
    }

    PipelineException Explain(Exception e, Feed feed) => PostgresSourceErrors.Explain(options, PostgresAddress.Read(options), e, feed);
}
