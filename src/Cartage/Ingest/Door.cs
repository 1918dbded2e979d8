using System.Text;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Parses objects into typed rows and puts them to the row-local rules: typed and fast first, and only where that fails again with reasons for every row that is set aside.</summary>
sealed class Door(DuckDbConnection connection, IObjectStore raw, Feed feed, IReadOnlyList<Column> columns, Table good, Table bad, RunStamp stamp, string tempFolder)
{
    const long BatchBytes = 4L << 30;
    const long SmallBytes = 16 << 20;
    const int PagesAtOnce = 256;

    static readonly Dialect Sql = Dialect.DuckDb;

    readonly Sorting _sorting = new(connection, feed, columns, good, bad, stamp);

    /// <summary>Objects that must tell which record is which.</summary>
    public IReadOnlySet<string> Numbered { get; init; } = new HashSet<string>();

    /// <summary>Creates the two tables, empty.</summary>
    public Task CreateAsync(CancellationToken ct) =>
        connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(good)} ({string.Join(", ", columns.Concat(Contract.Own).Select(c => $"{Sql.Quote(c.Name)} {c.Type}"))});
            CREATE OR REPLACE TABLE {Sql.Quote(bad)} ({string.Join("", columns.Select(c => $"{Sql.Quote(c.Name)} VARCHAR, "))}
              _reason VARCHAR, _rules VARCHAR, _object VARCHAR, _record BIGINT, _raw VARCHAR, _reject BOOLEAN);
            """,
            ct
        );

    /// <summary>Reads objects that have one header; typed and fast where that proves sound.</summary>
    public async Task<DoorResult> ReadAsync(IReadOnlyList<(Manifest Object, Header Header)> objects, CancellationToken ct)
    {
        var total = new DoorResult(0, 0, [], []);
        foreach (var batch in Batches(objects))
            total = total.Plus(await ReadBatchAsync(batch, ct));
        return total;
    }

    async Task<DoorResult> ReadBatchAsync(IReadOnlyList<(Manifest Object, Header Header)> objects, CancellationToken ct)
    {
        var header = objects[0].Header;
        if (header.Kind == PageRows.Kind)
            return await ReadPagesAsync(objects, ct);
        if (objects.All(o => IsPlain(o.Object, o.Header)) && await TryFastAsync(objects, header, ct) is { } read)
            return new(read, 0, [], []);
        var total = new DoorResult(0, 0, [], []);
        foreach (var item in objects)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                total = total.Plus(
                    objects.Count > 1 && IsPlain(item.Object, header) && await TryFastAsync([item], header, ct) is { } one
                        ? new(one, 0, [], [])
                        : await ReadThoroughlyAsync(item.Object, item.Header, ct)
                );
            }
            catch (Exception e) when (IsOfTheObject(e))
            {
                total = total.Plus(new(0, 0, [], [(item.Object, e.Message.Split('\n')[0])]));
            }
        }
        return total;
    }

    // Objects that are read together are all on this machine at once, so there is a bound to them.
    static IEnumerable<List<(Manifest Object, Header Header)>> Batches(IEnumerable<(Manifest Object, Header Header)> objects)
    {
        List<(Manifest Object, Header Header)> batch = [];
        long bytes = 0;
        foreach (var item in objects)
        {
            if (batch.Count > 0 && bytes + item.Object.Bytes > BatchBytes)
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(item);
            bytes += item.Object.Bytes;
        }
        yield return batch;
    }

    /// <summary>Puts rows of the quarantine through the same rules again.</summary>
    public Task<DoorResult> RetryAsync(Table retry, CancellationToken ct) =>
        _sorting.SortAsync($"SELECT {Sql.Quote(columns.Select(c => c.Name))}, _object, _record, _raw FROM {Sql.Quote(retry)}", [], null, ct);

    bool IsPlain(Manifest manifest, Header header) =>
        !Numbered.Contains(manifest.Object)
        && (header.Kind is "parquet" or "ndjson" or "json"
            || manifest.Facts is { Known: false }
            || (manifest.Facts is { Utf8: true, Nuls: 0, LongestLine: < 2_000_000 } facts && (header.IsGiven || facts.Returns == 0 || facts.Returns == facts.Newlines) && header.Encoding == "utf-8"));

    async Task<long?> TryFastAsync(IReadOnlyList<(Manifest Object, Header Header)> objects, Header header, CancellationToken ct)
    {
        using var copies = await LocalCopies.FetchAsync(raw, [.. objects.Select(o => o.Object.Object)], ct);
        var known = header.Columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var select = columns.Select(c => $"{(known.Contains(c.Name) ? Notation.Cast(header.Kind == "parquet" ? null : feed, c, Sql.Quote(c.Name)) : $"CAST(NULL AS {c.Type})")} AS {Sql.Quote(c.Name)}");
        var names = string.Join(", ", objects.Select(o => Sql.Literal(o.Object.Object)));
        var aside = good with { Name = good.Name + "__try" };
        var landed = _sorting.Landed([.. objects.Select(o => o.Object)], "CAST(file_index AS BIGINT) + 1");
        try
        {
            await connection.ExecuteAsync(
                $"""
                CREATE OR REPLACE TABLE {Sql.Quote(aside)} AS
                SELECT {string.Join(", ", columns.Select(c => Sql.Quote(c.Name)))}, {_sorting.Deleted(landed)} AS "_deleted_at", {Sql.Literal(stamp.RunId)} AS "_run",
                  {(objects.Count == 1 ? Sql.Literal(objects[0].Object.Object) : $"([{names}])[CAST(file_index AS BIGINT) + 1]")} AS "_object", {landed} AS "_loaded_at", {(IsNumbered(objects) ? "row_number() OVER ()" : "CAST(NULL AS BIGINT)")} AS "_record"
                FROM (SELECT {string.Join(", ", select)}{(objects.Count == 1 ? "" : ", file_index")} FROM {Reader([.. copies.Paths], header)})
                """,
                ct
            );
        }
        catch (DuckDbException) when (!ct.IsCancellationRequested)
        {
            await connection.ExecuteAsync($"DROP TABLE IF EXISTS {Sql.Quote(aside)}", ct);
            return null;
        }
        var counts = (await connection.QueryAsync(Sql.Counts(aside, _sorting.Rules.Select(r => r.Condition)), r => Enumerable.Range(0, r.FieldCount).Select(r.GetInt64).ToArray(), ct))[0];
        var expected = Expected(objects);
        if (counts.Skip(1).Any(n => n > 0) || (expected is not null && expected != counts[0]))
        {
            await connection.ExecuteAsync($"DROP TABLE {Sql.Quote(aside)}", ct);
            return null;
        }
        // The first rows come in by name alone: nothing is copied.
        await connection.ExecuteAsync(
            await connection.ScalarAsync<long>($"SELECT count(*) FROM (FROM {Sql.Quote(good)} LIMIT 1)", ct) == 0
                ? $"DROP TABLE {Sql.Quote(good)}; ALTER TABLE {Sql.Quote(aside)} RENAME TO {Sql.Quote(good.Name)}"
                : $"INSERT INTO {Sql.Quote(good)} BY NAME FROM {Sql.Quote(aside)}; DROP TABLE {Sql.Quote(aside)}",
            ct
        );
        return expected ?? counts[0];
    }

    // To number records takes one thread, and reading a large object again, where that turns out to be needed, takes less; of a small one it is the other way round.
    bool IsNumbered(IReadOnlyList<(Manifest Object, Header Header)> objects) =>
        feed.Key.Count > 0 && objects is [({ Bytes: < SmallBytes, Facts: { Known: true, Quotes: 0, Blanks: 0 } }, { Kind: "csv" or "tsv" })];

    // The source's count, or that of newlines where there are no quotes: one that owes nothing to the parser.
    static long? Expected(IReadOnlyList<(Manifest Object, Header Header)> objects) =>
        objects.All(o => o.Object.Rows is not null) ? objects.Sum(o => o.Object.Rows)
        : objects.All(o => o.Object.Facts.Known && (o.Header.Kind is "ndjson" || (o.Object.Facts.Quotes == 0 && o.Header.Kind is "csv" or "tsv")))
            ? objects.Sum(o => o.Object.Facts.Newlines + (o.Object.Facts.EndsWithNewline || o.Object.Bytes == 0 ? 0 : 1) - o.Object.Facts.Blanks - (o.Header is { Kind: "csv" or "tsv", HasHeader: true } ? 1 : 0))
            : null;

    /// <summary>Reads one object with a reason for every row that is set aside, and the number of every record.</summary>
    public async Task<DoorResult> ReadThoroughlyAsync(Manifest manifest, Header header, CancellationToken ct)
    {
        using var copy = await raw.FetchAsync(manifest.Object, ct);
        if (header.Kind is "csv" or "tsv" or "ndjson")
            return await ReadTextAsync(manifest, header, copy.Path, ct);
        var known = header.Columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var texts = columns.Select(c => known.Contains(c.Name) ? $"CAST({Sql.Quote(c.Name)} AS VARCHAR) AS {Sql.Quote(c.Name)}" : $"CAST(NULL AS VARCHAR) AS {Sql.Quote(c.Name)}");
        return await _sorting.SortAsync(
            $"""
            SELECT {string.Join(", ", texts)}, {Sql.Literal(manifest.Object)} AS "_object", row_number() OVER () AS "_record", CAST(NULL AS VARCHAR) AS "_raw"
            FROM {Reader([copy.Path], header with { AsText = true })}
            """,
            [manifest],
            null,
            ct
        );
    }

    // Many small answers are read at once, and one by one only to find those that cannot be.
    async Task<DoorResult> ReadPagesAsync(IReadOnlyList<(Manifest Object, Header Header)> objects, CancellationToken ct)
    {
        var total = new DoorResult(0, 0, [], []);
        foreach (var some in objects.GroupBy(o => o.Object.RowsAt).SelectMany(g => g.Chunk(PagesAtOnce)))
            try
            {
                using var copies = await LocalCopies.FetchAsync(raw, [.. some.Select(o => o.Object.Object)], ct);
                var read = await _sorting.SortAsync(PageRows.Query([.. some.Select(o => o.Object).Zip(copies.Paths)], columns, feed.Format.Nulls), [.. some.Select(o => o.Object)], null, ct);
                total = total.Plus(read with { Read = some.Sum(o => o.Object.Rows ?? 0) });
            }
            catch (Exception e) when (IsOfTheObject(e))
            {
                if (some.Length == 1)
                    total = total.Plus(await ReadMendedPageAsync(some[0].Object, e, ct));
                else
                    foreach (var one in some)
                        total = total.Plus(await ReadPagesAsync([one], ct));
            }
        return total;
    }

    async Task<DoorResult> ReadMendedPageAsync(Manifest page, Exception why, CancellationToken ct)
    {
        using var copy = await raw.FetchAsync(page.Object, ct);
        var text = await File.ReadAllTextAsync(copy.Path, ct);
        var mended = JsonText.Mend(text);
        if (mended == text)
            return new(0, 0, [], [(page, why.Message.Split('\n')[0])]);
        Directory.CreateDirectory(tempFolder);
        var file = TempFile();
        try
        {
            await File.WriteAllTextAsync(file, mended, ct);
            return await _sorting.SortAsync(PageRows.Query([(page, file)], columns, feed.Format.Nulls), [page], null, ct) with { Read = page.Rows ?? 0 };
        }
        catch (Exception e) when (IsOfTheObject(e))
        {
            return new(0, 0, [], [(page, e.Message.Split('\n')[0])]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // Text is cut into records here, not by DuckDB, so that each has a number and a broken one costs no other.
    async Task<DoorResult> ReadTextAsync(Manifest manifest, Header header, string path, CancellationToken ct)
    {
        Directory.CreateDirectory(tempFolder);
        var (clean, broken, plain) = (TempFile(), TempFile(), TempFile());
        try
        {
            if (header.IsZstd)
                await Zstandard.UnpackAsync(connection, path, plain, ct);
            RecordSplitter splitter = header.Kind == "ndjson" ? new JsonLineRecords() : new DelimitedRecords((byte)header.Delimiter, header.Columns.Count);
            await using (var text = header.IsZstd ? (header with { Compression = "" }).OpenUtf8(plain) : header.OpenUtf8(path))
            await using (var cleanFile = new FileStream(clean, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            await using (var brokenFile = new FileStream(broken, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
                splitter.Split(text, header, cleanFile, brokenFile);
            var texts = header.Kind == "ndjson" ? JsonTexts(manifest, header, clean) : DelimitedTexts(manifest, header, clean);
            var result = await _sorting.SortAsync(texts, [manifest], splitter.Broken > 0 ? (broken, manifest.Object) : null, ct);
            return result with { Read = splitter.Records };
        }
        finally
        {
            File.Delete(clean);
            File.Delete(broken);
            File.Delete(plain);
        }
    }

    string DelimitedTexts(Manifest manifest, Header header, string clean)
    {
        var known = header.Columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var texts = columns.Select(c => known.Contains(c.Name) ? Sql.Quote(c.Name) : $"CAST(NULL AS VARCHAR) AS {Sql.Quote(c.Name)}");
        var rawText = $"concat_ws({Sql.Literal(header.Delimiter.ToString())}, {string.Join(", ", header.Columns.Select(c => $"coalesce({Sql.Quote(c)}, '')"))})";
        var fields = string.Join(", ", header.Columns.Select(c => $"{Sql.Literal(c)}: 'VARCHAR'"));
        return $$"""
            SELECT {{string.Join(", ", texts)}}, {{Sql.Literal(manifest.Object)}} AS "_object", "_record", {{rawText}} AS "_raw"
            FROM read_csv({{Sql.Literal(clean)}}, columns = {'_record': 'BIGINT', {{fields}}}, header = false, auto_detect = false, delim = {{Sql.Literal(header.Delimiter.ToString())}},
              quote = '"', escape = '"', {{header.Nulls}}, new_line = '\n', max_line_size = 4000000)
            """;
    }

    string JsonTexts(Manifest manifest, Header header, string clean)
    {
        var keys = header.Columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);
        var texts = columns.Select(c => $"{(keys.TryGetValue(c.Name, out var key) ? $"json_extract_string(line, {Sql.Literal("/" + key.Replace("~", "~0").Replace("/", "~1"))})" : "CAST(NULL AS VARCHAR)")} AS {Sql.Quote(c.Name)}");
        return $$"""
            SELECT {{string.Join(", ", texts)}}, {{Sql.Literal(manifest.Object)}} AS "_object", "_record", line AS "_raw"
            FROM read_csv({{Sql.Literal(clean)}}, columns = {'_record': 'BIGINT', 'line': 'VARCHAR'}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', max_line_size = 5000000)
            """;
    }

    string TempFile() => Path.Combine(tempFolder, Path.GetRandomFileName() + ".csv");

    // What the object's bytes are not to blame for must not mark it as unreadable.
    internal static bool IsOfTheObject(Exception e) =>
        e is InvalidDataException or DecoderFallbackException
        || e is DuckDbException { ErrorType: not (DuckDbErrorType.OutOfMemory or DuckDbErrorType.Interrupt or DuckDbErrorType.Fatal or DuckDbErrorType.Internal or DuckDbErrorType.Permission) } d && !d.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase) && !d.Message.Contains("Could not write", StringComparison.OrdinalIgnoreCase);

    string Reader(IReadOnlyList<string> paths, Header header)
    {
        var files = $"[{string.Join(", ", paths.Select(Sql.Literal))}]";
        var types = columns.ToDictionary(c => c.Name, c => header.AsText ? "VARCHAR" : Notation.ReadAs(feed, c), StringComparer.OrdinalIgnoreCase);
        var fields = string.Join(", ", header.Columns.Select(c => $"{Sql.Literal(c)}: {Sql.Literal(types.GetValueOrDefault(c, "VARCHAR"))}"));
        return header.Kind switch
        {
            "parquet" => $"read_parquet({files})",
            "ndjson" => $"read_json({files}, format = 'newline_delimited', columns = {{{fields}}}{header.Compression})",
            "json" => $"read_json({files}, format = 'array', columns = {{{fields}}}{header.Compression})",
            _ => $$"""
                read_csv({{files}}, columns = {{{fields}}}, header = {{(header.HasHeader ? "true" : "false")}}, auto_detect = false, delim = {{Sql.Literal(header.Delimiter.ToString())}},
                  quote = '"', escape = '"', {{header.Nulls}}, new_line = {{(header.Returns ? "'\\r\\n'" : "'\\n'")}}{{header.Compression}})
                """,
        };
    }
}
