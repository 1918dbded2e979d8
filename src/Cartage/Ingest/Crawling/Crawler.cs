using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest.Crawling;

/// <summary>Infers a feed's contract from its files and says why; <paramref name="door"/> may read their folders and <paramref name="tempFolder"/>.</summary>
public sealed class Crawler(DuckDbConnection door, string tempFolder)
{
    const long MostRows = 1_000_000;
    const string Seen = "crawled";

    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>The contract of files that look like one feed; <paramref name="pattern"/> is how the contract names them.</summary>
    public async Task<CrawledFeed> CrawlAsync(CrawledFiles files, string pattern, CancellationToken ct)
    {
        var extension = Path.GetFileName(files.Paths[0]).ToLowerInvariant().Replace(".gz", "").Replace(".zst", "");
        var kind = Path.GetExtension(extension) switch { ".tsv" or ".tab" => "tsv", ".json" => "json", ".ndjson" or ".jsonl" => "ndjson", ".parquet" or ".pq" => "parquet", _ => "csv" };
        List<Decision> decisions = [new("format", kind, $"by the name {Path.GetFileName(files.Paths[0])}")];
        if (files.Partitions.Count > 0)
            decisions.Add(new("partitions", string.Join(", ", files.Partitions), "folders of the form name=value: the pattern goes through all of them; the values are in the rows' own columns or not needed"));
        try
        {
            var feed = kind is "csv" or "tsv" ? await UnpackedAsync(files.Looked, paths => TextAsync(kind, pattern, paths, decisions, ct), ct) : await TypedAsync(kind, files.Looked, decisions, ct);
            var rows = await door.ScalarAsync<long>($"SELECT count(*) FROM {Seen}", ct);
            return new(feed with { Name = files.Name, Files = [pattern] }, decisions, files.Paths.Count, rows);
        }
        catch (DuckDbException e)
        {
            throw new PipelineException($"{pattern}: it cannot be read as {kind}: {e.Message.Split('\n')[0]}", hint: "Look at the file, or write its contract by hand.", inner: e);
        }
    }

    // Text under zstd is looked at in copies: only DuckDB unpacks it, and line by line.
    async Task<Feed> UnpackedAsync(IReadOnlyList<string> paths, Func<IReadOnlyList<string>, Task<Feed>> crawl, CancellationToken ct)
    {
        var copies = paths.Where(p => p.EndsWith(".zst", StringComparison.OrdinalIgnoreCase)).ToDictionary(p => p, _ => Temporary());
        try
        {
            foreach (var (path, copy) in copies)
                if (Zstandard.IsWhole(path))
                    await Zstandard.UnpackAsync(door, path, copy, ct);
                else
                    throw new PipelineException($"{path}: its zstd data is damaged or cut off", hint: "Get the file again, or crawl the others.");
            return await crawl([.. paths.Select(p => copies.GetValueOrDefault(p, p))]);
        }
        finally
        {
            foreach (var copy in copies.Values)
                File.Delete(copy);
        }
    }

    async Task<Feed> TextAsync(string kind, string pattern, IReadOnlyList<string> paths, List<Decision> decisions, CancellationToken ct)
    {
        List<(string Path, Sniff Sniff)> sniffed = [];
        foreach (var path in paths.Where(p => new FileInfo(p).Length > 0))
            sniffed.Add((path, await Sniff.ReadAsync(path, ct)));
        if (sniffed.Count == 0)
            throw new PipelineException($"{pattern}: the file is empty: not even a header", hint: "Crawl it when it has rows.");
        var sniff = sniffed.Find(s => s.Sniff.Encoding != "utf-8") is { Sniff: { } other } ? sniffed[0].Sniff with { Encoding = other.Encoding, EncodingWhy = other.EncodingWhy } : sniffed[0].Sniff;
        decisions.Add(new("encoding", sniff.Encoding, sniff.EncodingWhy));
        decisions.Add(new("delimiter", sniff.Delimiter == '\t' ? "tab" : sniff.Delimiter.ToString(), sniff.DelimiterWhy));
        decisions.Add(new("header", sniff.Header ? "yes" : "no", sniff.HeaderWhy));
        var groups = sniffed.GroupBy(s => string.Join('\u001f', Names(s.Sniff, sniff.Header))).ToList();
        var names = groups.SelectMany(g => Names(g.First().Sniff, sniff.Header)).DistinctBy(n => n, StringComparer.OrdinalIgnoreCase).ToList();
        var every = names.FindAll(n => groups.TrueForAll(g => Names(g.First().Sniff, sniff.Header).Contains(n, StringComparer.OrdinalIgnoreCase)));
        await door.ExecuteAsync($"CREATE OR REPLACE TEMP TABLE {Seen} ({string.Join(", ", names.Select(n => $"{Sql.Quote(n)} VARCHAR"))})", ct);
        foreach (var group in groups)
            await ReadAsync([.. group.Select(g => g.Path)], Names(group.First().Sniff, sniff.Header), sniff, ct);
        if (names.FirstOrDefault(Contract.Reserves) is { } reserved)
            decisions.Add(new(reserved, "refused", "Cartage keeps this name for a column of its own: rename it in the files"));
        if (every.Count < names.Count)
            decisions.Add(new("columns", $"{names.Count}", $"not every file has {string.Join(", ", names.Except(every))}"));
        List<ColumnType> columns = [];
        foreach (var name in names)
            columns.Add(await ColumnType.ReadAsync(door, Seen, name, ct));
        var comma = columns.Exists(c => c.DecimalSign == ",");
        if (comma && columns.Exists(c => c.DecimalSign == "."))
            (comma, columns) = (false, columns.ConvertAll(c => c.DecimalSign is "," ? c with { Type = "text", Why = "numbers with a comma before their decimals, where another column has a point: a model can tell them apart" } : c));
        if (comma)
            decisions.Add(new("decimal", ",", $"it stands before the decimals of {string.Join(", ", columns.Where(c => c.DecimalSign is ",").Select(c => c.Name))}"));
        var nulls = columns.SelectMany(c => c.Nulls).Distinct().ToList();
        if (nulls.Count > 0)
            decisions.Add(new("nulls", string.Join(", ", nulls), $"they stand for no value in {string.Join(", ", columns.Where(c => c.Nulls.Count > 0).Select(c => c.Name))}"));
        var format = new FileFormat
        {
            Kind = null,
            Delimiter = sniff.Delimiter == (kind == "tsv" ? '\t' : ',') ? null : sniff.Delimiter.ToString(),
            Encoding = sniff.Encoding is "utf-8" || sniff is { Encoding: "utf-16", EncodingWhy: var why } && why.Contains("mark") ? null : sniff.Encoding,
            Decimal = comma ? "," : null,
            Header = sniff.Header,
            Nulls = nulls,
        };
        return await FeedAsync(columns, every, format, decisions, ct);
    }

    async Task<Feed> TypedAsync(string kind, IReadOnlyList<string> paths, List<Decision> decisions, CancellationToken ct)
    {
        var list = string.Join(", ", paths.Select(Sql.Literal));
        var from = kind == "parquet" ? $"read_parquet([{list}], union_by_name = true, hive_partitioning = false)" : $"read_json([{list}], format = '{(kind == "json" ? "array" : "newline_delimited")}', union_by_name = true, hive_partitioning = false)";
        var described = await door.QueryAsync($"DESCRIBE SELECT * FROM {from}", r => (Name: r.GetString(0), Type: r.GetString(1)), ct);
        await door.ExecuteAsync($"CREATE OR REPLACE TEMP TABLE {Seen} AS SELECT {string.Join(", ", described.Select(d => $"CAST({Sql.Quote(d.Name)} AS VARCHAR) AS {Sql.Quote(d.Name)}"))} FROM {from} LIMIT {MostRows}", ct);
        List<ColumnType> columns = [];
        foreach (var (name, type) in described)
            columns.Add(await ColumnType.ReadAsync(door, Seen, name, ct) with { Type = Portable(type), Why = kind == "parquet" ? $"the file says {type}" : $"its values are {type}", Nulls = [], Format = null });
        return await FeedAsync(columns, described.ConvertAll(d => d.Name), new(), decisions, ct);
    }

    async Task<Feed> FeedAsync(List<ColumnType> columns, List<string> every, FileFormat format, List<Decision> decisions, CancellationToken ct)
    {
        var (key, why) = await KeyFinder.FindAsync(door, Seen, columns, ct);
        decisions.Add(new("key", key.Count == 0 ? "none" : string.Join(", ", key), why));
        decisions.AddRange(columns.Select(c => new Decision(c.Name, c.Type, c.Why)));
        return new("", "", "", 0)
        {
            Format = format,
            Key = key,
            Columns = [.. columns.Where(c => !Contract.Reserves(c.Name)).Select(c => new FeedColumn(c.Name, c.Type) { Format = c.Format, Required = key.Contains(c.Name) || c.Rows >= 100 && c.Values == c.Rows && every.Contains(c.Name) })],
        };
    }

    async Task ReadAsync(List<string> paths, IReadOnlyList<string> names, Sniff sniff, CancellationToken ct)
    {
        List<string> copies = [];
        try
        {
            if (sniff.Encoding != "utf-8")
                foreach (var path in paths)
                    copies.Add(await TranscodedAsync(path, sniff, ct));
            var list = string.Join(", ", (copies.Count > 0 ? copies : paths).Select(Sql.Literal));
            await door.ExecuteAsync(
                $"""
                INSERT INTO {Seen} BY NAME SELECT * FROM read_csv([{list}], auto_detect = false, header = {(sniff.Header ? "true" : "false")}, delim = {Sql.Literal(sniff.Delimiter.ToString())}, quote = '"', escape = '"',
                  columns = {Braces(string.Join(", ", names.Select(n => $"{Sql.Literal(n)}: 'VARCHAR'")))}, nullstr = '', ignore_errors = true, strict_mode = false, hive_partitioning = false) LIMIT {MostRows}
                """,
                ct);
        }
        finally
        {
            copies.ForEach(File.Delete);
        }
    }

    async Task<string> TranscodedAsync(string path, Sniff sniff, CancellationToken ct)
    {
        var copy = Temporary();
        var header = new Header("csv", [], sniff.Delimiter, sniff.Header, sniff.Encoding, false, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "gzip" : "", "");
        await using var text = header.OpenUtf8(path);
        await using var file = File.Create(copy);
        await text.CopyToAsync(file, ct);
        return copy;
    }

    string Temporary()
    {
        Directory.CreateDirectory(tempFolder);
        return Path.Combine(tempFolder, Path.GetRandomFileName() + ".csv");
    }

    static string Braces(string inside) => "{" + inside + "}";

    // As the door names them, and told apart where it would refuse them.
    static List<string> Names(Sniff sniff, bool header)
    {
        List<string> names = [];
        foreach (var (name, i) in sniff.First.Select((n, i) => (header && n.Length > 0 ? n : $"column_{i + 1}", i)))
            names.Add(names.Contains(name, StringComparer.OrdinalIgnoreCase) ? $"{name}_{i + 1}" : name);
        return names;
    }

    static string Portable(string type) =>
        type switch
        {
            "TINYINT" or "SMALLINT" or "UTINYINT" => "smallint",
            "INTEGER" or "USMALLINT" => "integer",
            "BIGINT" or "UINTEGER" => "bigint",
            "HUGEINT" or "UBIGINT" or "UHUGEINT" => "decimal(38,0)",
            "FLOAT" or "DOUBLE" => "double",
            "BOOLEAN" => "boolean",
            "DATE" => "date",
            "TIME" => "time",
            "UUID" => "uuid",
            "TIMESTAMP WITH TIME ZONE" => "timestamptz",
            _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => "timestamp",
            _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => type.ToLowerInvariant(),
            _ when type == "JSON" || type.Contains('(') || type.EndsWith(']') => "json",
            _ => "text",
        };
}
