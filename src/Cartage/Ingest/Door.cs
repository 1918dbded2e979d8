using System.Text;
using Cartage.Checks;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>What came in at the door: rows read (counted apart from the tables), rows dropped, warnings by rule, and objects that cannot be read.</summary>
public sealed record DoorResult(long Read, long Dropped, IReadOnlyList<string> Warnings, IReadOnlyList<(Manifest Object, string Reason)> Unreadable)
{
    internal DoorResult Plus(DoorResult other) =>
        new(Read + other.Read, Dropped + other.Dropped, [.. Warnings, .. other.Warnings], [.. Unreadable, .. other.Unreadable]);
}

/// <summary>Parses objects into typed rows and puts them to the row-local rules: typed and fast first, and only where that fails again with reasons for every row that is set aside.</summary>
sealed class Door(DuckDbConnection connection, IObjectStore raw, Feed feed, IReadOnlyList<Column> columns, Table good, Table bad, RunStamp stamp, string tempFolder)
{
    const long BatchBytes = 4L << 30;
    const long SmallBytes = 16 << 20;
    const int PagesAtOnce = 256;

    static readonly Dialect Sql = Dialect.DuckDb;

    readonly List<Rule> _rules = [.. Contract.Rules(feed, Sql)];
    readonly string _text = Prefix(columns);
    readonly HashSet<string> _numbered = [];

    /// <summary>Tables of rows that were decided on before, whose objects must tell which record is which.</summary>
    public IReadOnlyList<Table> Decided { get; init; } = [];

    /// <summary>Creates the two tables, empty.</summary>
    public async Task CreateAsync(CancellationToken ct)
    {
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(good)} ({string.Join(", ", columns.Concat(Contract.Own).Select(c => $"{Sql.Quote(c.Name)} {c.Type}"))});
            CREATE OR REPLACE TABLE {Sql.Quote(bad)} ({string.Join("", columns.Select(c => $"{Sql.Quote(c.Name)} VARCHAR, "))}
              _reason VARCHAR, _rules VARCHAR, _object VARCHAR, _record BIGINT, _raw VARCHAR, _reject BOOLEAN);
            """,
            ct
        );
        foreach (var table in Decided)
            _numbered.UnionWith(await connection.QueryAsync($"SELECT DISTINCT _object FROM {Sql.Quote(table)}", r => r.GetString(0), ct));
    }

    /// <summary>Takes the records that some rows were back out of both tables; returns how many.</summary>
    public async Task<long> TakeOutAsync(Table rows, CancellationToken ct)
    {
        long taken = 0;
        foreach (var table in new[] { good, bad })
            taken += await connection.ExecuteAsync($"DELETE FROM {Sql.Quote(table)} t WHERE EXISTS (SELECT 1 FROM {Sql.Quote(rows)} r WHERE r._object = t._object AND r._record = t._record)", ct);
        return taken;
    }

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
        SortAsync($"SELECT {Sql.Quote(columns.Select(c => c.Name))}, _object, _record, _raw FROM {Sql.Quote(retry)}", [], null, ct);

    bool IsPlain(Manifest manifest, Header header) =>
        !_numbered.Contains(manifest.Object)
        && (header.Kind is "parquet" or "ndjson" or "json"
            || manifest.Facts is { Known: false }
            || (manifest.Facts is { Utf8: true, Nuls: 0, LongestLine: < 2_000_000 } facts && (header.IsGiven || facts.Returns == 0 || facts.Returns == facts.Newlines) && header.Encoding == "utf-8"));

    async Task<long?> TryFastAsync(IReadOnlyList<(Manifest Object, Header Header)> objects, Header header, CancellationToken ct)
    {
        using var copies = await LocalCopies.FetchAsync(raw, [.. objects.Select(o => o.Object.Object)], ct);
        var known = header.Columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var select = columns.Select(c => known.Contains(c.Name) ? Typed(c, header) : $"CAST(NULL AS {c.Type}) AS {Sql.Quote(c.Name)}");
        var names = string.Join(", ", objects.Select(o => Sql.Literal(o.Object.Object)));
        var aside = good with { Name = good.Name + "__try" };
        var landed = Landed([.. objects.Select(o => o.Object)], "CAST(file_index AS BIGINT) + 1");
        try
        {
            await connection.ExecuteAsync(
                $"""
                CREATE OR REPLACE TABLE {Sql.Quote(aside)} AS
                SELECT {string.Join(", ", columns.Select(c => Sql.Quote(c.Name)))}, {Deleted(landed)} AS "_deleted_at", {Sql.Literal(stamp.RunId)} AS "_run",
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
        var counts = (await connection.QueryAsync(Sql.Counts(aside, _rules.Select(r => r.Condition)), r => Enumerable.Range(0, r.FieldCount).Select(r.GetInt64).ToArray(), ct))[0];
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
        return await SortAsync(
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
                var read = await SortAsync(PageRows.Query([.. some.Select(o => o.Object).Zip(copies.Paths)], columns, feed.Format.Nulls), [.. some.Select(o => o.Object)], null, ct);
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
            return await SortAsync(PageRows.Query([(page, file)], columns, feed.Format.Nulls), [page], null, ct) with { Read = page.Rows ?? 0 };
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
            var result = await SortAsync(texts, [manifest], splitter.Broken > 0 ? (broken, manifest.Object) : null, ct);
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

    // Rows as text → typed rows that keep every rule, and the rest with a reason for each rule they break.
    async Task<DoorResult> SortAsync(string texts, IReadOnlyList<Manifest> objects, (string File, string Object)? broken, CancellationToken ct)
    {
        var landed = Landed(objects, $"list_position([{string.Join(", ", objects.Select(o => Sql.Literal(o.Object)))}], _object)");
        var sorted = bad with { Name = bad.Name + "__sort" };
        var typed = columns.Select(c => c.Type == "VARCHAR" ? Sql.Quote(_text + c.Name) + " AS " + Sql.Quote(c.Name) : $"{Tried(c, Notation.Plain(feed, c, Sql.Quote(_text + c.Name)))} AS {Sql.Quote(c.Name)}");
        var declared = feed.Columns.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var undeclared = feed.Schema == SchemaPolicy.Quarantine ? columns.Where(c => feed.Columns.Count > 0 && !declared.ContainsKey(c.Name)).Select(c => new Rule("undeclared", c.Name, $"{Sql.Quote(c.Name)} IS NOT NULL", "nobody declared it", Severity.Quarantine)) : [];
        var types = columns
            .Where(c => c.Type != "VARCHAR")
            .Select(c => new Rule("type", c.Name, $"{Sql.Quote(c.Name)} IS NULL AND {Sql.Quote(_text + c.Name)} IS NOT NULL", $"it is not {Article(declared.TryGetValue(c.Name, out var d) ? d.Type : c.Type.ToLowerInvariant())}{Notation.Written(feed, c)}", Strict(feed.SeverityOf("type", d))));
        List<Rule> rules = [.. types, .. _rules.Select(r => r.Code == "required" ? r with { Condition = $"{Sql.Quote(_text + r.Column)} IS NULL" } : r), .. undeclared];
        string Any(Func<Rule, bool> which, string otherwise) => rules.Where(which).Select(r => $"({r.Condition})").ToList() is { Count: > 0 } all ? $"coalesce({string.Join(" OR ", all.Select(c => $"coalesce({c}, false)"))}, false)" : otherwise;
        var setAside = rules.Where(r => r.Severity is Severity.Quarantine or Severity.Reject).ToList();
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(sorted)} AS
            SELECT *, {Any(r => r.Severity is Severity.Quarantine or Severity.Reject, "false")} AS "_bad", {Any(r => r.Severity == Severity.Drop, "false")} AS "_drop",
              {Any(r => r.Severity == Severity.Reject, "false")} AS "_reject"
            FROM (SELECT *, {string.Join(", ", typed)} FROM (SELECT {string.Join(", ", columns.Select(c => $"{Sql.Quote(c.Name)} AS {Sql.Quote(_text + c.Name)}"))}, _object, _record, _raw FROM ({texts})));
            INSERT INTO {Sql.Quote(good)} BY NAME
            SELECT {string.Join(", ", columns.Select(c => Sql.Quote(c.Name)))}, {Deleted(landed)} AS "_deleted_at", {Sql.Literal(stamp.RunId)} AS "_run", _object, {landed} AS "_loaded_at", _record
            FROM {Sql.Quote(sorted)} WHERE NOT _bad AND NOT _drop;
            INSERT INTO {Sql.Quote(bad)}
            SELECT {string.Concat(columns.Select(c => Sql.Quote(_text + c.Name) + ", "))}
              concat_ws('; ', {string.Join(", ", setAside.Select(r => $"CASE WHEN {r.Condition} THEN {Sql.Literal(r.Column + ": ")} || coalesce({Shown(r.Column)} || ' — ', '') || {Sql.Literal(r.Reason)} END").DefaultIfEmpty("NULL"))}),
              concat_ws(',', {string.Join(", ", setAside.Select(r => $"CASE WHEN {r.Condition} THEN {Sql.Literal(r.Code)} END").DefaultIfEmpty("NULL"))}), _object, _record, _raw, _reject
            FROM {Sql.Quote(sorted)} WHERE _bad AND NOT _drop;
            """,
            ct
        );
        var rejecting = string.Join(", ", Contract.OnRecords.Where(r => feed.SeverityOf(r) == Severity.Reject).Select(Sql.Literal).DefaultIfEmpty("NULL"));
        if (broken is var (file, name))
            await connection.ExecuteAsync(
                $$"""
                INSERT INTO {{Sql.Quote(bad)}} BY NAME
                SELECT reason AS "_reason", code AS "_rules", {{Sql.Literal(name)}} AS "_object", record AS "_record", raw AS "_raw", coalesce(code IN ({{rejecting}}), false) AS "_reject"
                FROM read_csv({{Sql.Literal(file)}}, columns = {'record': 'BIGINT', 'code': 'VARCHAR', 'reason': 'VARCHAR', 'raw': 'VARCHAR'}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', max_line_size = 4000000)
                """,
                ct
            );
        var warnings = rules.Where(r => r.Severity == Severity.Warn).ToList();
        var counts = (await connection.QueryAsync(
            $"SELECT count(*), count(*) FILTER (WHERE _drop){string.Concat(warnings.Select(r => $", count(*) FILTER (WHERE {r.Condition})"))} FROM {Sql.Quote(sorted)}",
            r => Enumerable.Range(0, r.FieldCount).Select(r.GetInt64).ToArray(), ct))[0];
        await connection.ExecuteAsync($"DROP TABLE {Sql.Quote(sorted)}", ct);
        return new(counts[0], counts[1], [.. warnings.Zip(counts.Skip(2)).Where(w => w.Second > 0).Select(w => $"{w.First.Column}: {w.First.Reason} ({w.Second} rows)")], []);
    }

    static string Article(string type) => (type[0] is 'i' ? "an " : "a ") + type;

    // The value as a reason quotes it; whoever reads reasons must not see what is masked elsewhere.
    string Shown(string column) =>
        Sql.Quote(_text + column) is var text && feed.Columns.Any(c => c.Pii && c.Name.Equals(column, StringComparison.OrdinalIgnoreCase)) ? $"CASE WHEN {text} IS NOT NULL THEN '***' END" : $"'''' || {text} || ''''";

    // What stands before a column's name while it is text, such that no column is called like another one's text.
    static string Prefix(IReadOnlyList<Column> columns)
    {
        var prefix = "s_";
        while (columns.Any(c => c.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            prefix = "_" + prefix;
        return prefix;
    }

    // What the object's bytes are not to blame for must not mark it as unreadable.
    internal static bool IsOfTheObject(Exception e) =>
        e is InvalidDataException or DecoderFallbackException
        || e is DuckDbException { ErrorType: not (DuckDbErrorType.OutOfMemory or DuckDbErrorType.Interrupt or DuckDbErrorType.Fatal or DuckDbErrorType.Internal or DuckDbErrorType.Permission) } d && !d.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase) && !d.Message.Contains("Could not write", StringComparison.OrdinalIgnoreCase);

    // A value without a type cannot be let through with a warning: there is nothing to store.
    static Severity Strict(Severity severity) => severity == Severity.Warn ? Severity.Quarantine : severity;

    // When a row's object landed, which a replay finds again; now, for rows that come from the quarantine.
    string Landed(IReadOnlyList<Manifest> objects, string place) =>
        objects switch
        {
            [] => stamp.LoadedAtSql,
            [var one] => Warehouses.Sql.Timestamp(one.LandedAt),
            _ => $"([{string.Join(", ", objects.Select(o => Warehouses.Sql.Timestamp(o.LandedAt)))}])[{place}]",
        };

    string Deleted(string landed) =>
        feed.DeletedWhen is { } condition
            ? $"CASE WHEN {condition} THEN {(feed.Cursor is { } cursor && columns.Any(c => c.Name == cursor && c.Type is "DATE" or "TIMESTAMP" or "TIMESTAMPTZ" or "VARCHAR") ? $"coalesce(CAST({Sql.Quote(cursor)} AS TIMESTAMP), {landed})" : landed)} END"
            : "CAST(NULL AS TIMESTAMP)";

    // A typed read turns a bad TIMESTAMPTZ into NULL and 12.5 into the integer 13 without a word, so those are cast by us, as is what has a notation of its own.
    string ReadAs(Column column) =>
        Notation.Of(feed, column) is not null ? "VARCHAR"
        : column.Type switch
        {
            "TIMESTAMPTZ" or "BIGINT" => "VARCHAR",
            "SMALLINT" or "INTEGER" => "DOUBLE", // which holds every one of them
            var type => type,
        };

    string Typed(Column column, Header header)
    {
        var name = Sql.Quote(column.Name);
        var value = header.Kind == "parquet" ? name : Notation.Plain(feed, column, name);
        var cast = $"CAST({value} AS {column.Type})";
        return $"{(IsWhole(column) ? $"CASE WHEN {cast} <> CAST({value} AS DOUBLE) THEN error('a fraction') ELSE {cast} END" : cast)} AS {name}";
    }

    static string Tried(Column column, string text) =>
        $"TRY_CAST({text} AS {column.Type})" is var cast && IsWhole(column) ? $"CASE WHEN {cast} = TRY_CAST({text} AS DOUBLE) THEN {cast} END" : cast;

    static bool IsWhole(Column column) => column.Type is "SMALLINT" or "INTEGER" or "BIGINT";

    string Reader(IReadOnlyList<string> paths, Header header)
    {
        var files = $"[{string.Join(", ", paths.Select(Sql.Literal))}]";
        var types = columns.ToDictionary(c => c.Name, c => header.AsText ? "VARCHAR" : ReadAs(c), StringComparer.OrdinalIgnoreCase);
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

/// <summary>What a run stamps on its rows.</summary>
public sealed record RunStamp(string RunId, DateTimeOffset LoadedAt)
{
    internal string LoadedAtSql => Sql.Timestamp(LoadedAt);
}
