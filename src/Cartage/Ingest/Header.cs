using System.IO.Compression;
using System.Text;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>How one object is written and which columns it has, in its order.</summary>
sealed record Header(string Kind, IReadOnlyList<string> Columns, char Delimiter, bool HasHeader, string Encoding, bool Returns, string Compression, string NullList)
{
    // The keys of every object, not of a sample, and no deeper.
    const string AllKeys = "sample_size = -1, maximum_depth = 1, map_inference_threshold = -1";

    /// <summary>Whether typed formats are to be read as text.</summary>
    public bool AsText { get; init; }

    /// <summary>Whether a carriage return alone ends a line.</summary>
    public bool OldReturns { get; init; }

    /// <summary>Whether the source wrote it with its columns known: then an empty field in quotes is a text, not a missing value.</summary>
    public bool IsGiven { get; init; }

    /// <summary>Which fields are no value, for DuckDB's reader.</summary>
    public string Nulls => $"nullstr = [{NullList}]{(IsGiven ? ", allow_quoted_nulls = false" : "")}";

    /// <summary>Objects that can be read together.</summary>
    public string Group => $"{IsGiven}|{Kind}|{Delimiter}|{Encoding}|{Returns}|{Compression}|{string.Join('\u001f', Columns)}";

    /// <summary>Looks at an object; an <see cref="InvalidDataException"/> says why it cannot be read.</summary>
    public static async Task<Header> ReadAsync(DuckDbConnection connection, Feed feed, Manifest manifest, string path, CancellationToken ct)
    {
        if (manifest.RowsAt is not null)
            return new Header(PageRows.Kind, [.. (manifest.Fields ?? []).Concat(manifest.Constants?.Keys ?? []).Distinct(StringComparer.OrdinalIgnoreCase)], ',', false, "utf-8", false, "", "").HeldPage(feed);
        var name = manifest.Source.ToLowerInvariant();
        var (bare, compression) =
            name.EndsWith(".gz", StringComparison.Ordinal) ? (name[..^3], ", compression = 'gzip'")
            : name.EndsWith(".zst", StringComparison.Ordinal) ? (name[..^4], ", compression = 'zstd'")
            : (name, "");
        var kind = feed.Format.Kind ?? Path.GetExtension(bare) switch { ".tsv" or ".tab" => "tsv", ".json" => "json", ".ndjson" or ".jsonl" => "ndjson", ".parquet" or ".pq" => "parquet", _ => "csv" };
        // No text in Latin-1 with a letter beyond ASCII happens to be UTF-8 from end to end.
        var encoding = manifest.Facts is { Known: true, Utf8: true } && feed.Format.Encoding is "latin-1" or "iso-8859-1" ? "utf-8" : feed.Format.Encoding ?? (manifest.Facts.ByteOrderMark is "" ? "utf-8" : manifest.Facts.ByteOrderMark);
        if (compression.Contains("gzip") && !manifest.Facts.Known)
            throw new InvalidDataException("its gzip data is damaged or cut off");
        if (compression.Contains("zstd") && !Zstandard.IsWhole(path))
            throw new InvalidDataException("its zstd data is damaged or cut off");
        if (manifest.Columns is { } given)
            return new Header("csv", [.. given.Select(c => c.Name)], ',', true, "utf-8", false, compression, "''") { IsGiven = true }.Held(feed);
        var nulls = string.Join(", ", feed.Format.Nulls.Prepend("").Distinct().Select(Dialect.DuckDb.Literal));
        if (kind is "csv" or "tsv")
        {
            if (manifest.Bytes == 0)
                throw new InvalidDataException("the file is empty: not even a header");
            var header = new Header(kind, [], ',', feed.Format.Header, encoding, manifest.Facts.Returns > 0 && manifest.Facts.Returns == manifest.Facts.Newlines, compression, nulls);
            if (header.IsZstd && encoding == "utf-16")
                throw new InvalidDataException("UTF-16 within zstd cannot be read: pack it with gzip");
            header = header with { OldReturns = manifest.Facts is { Newlines: 0, Returns: > 0 } && encoding == "utf-8" };
            var line = manifest.Facts.Known && encoding == "utf-8" && manifest.Facts.FirstLine.Split('\r')[0] is var first && IsClosed(first) ? first : await FirstRecordAsync(header, path, connection, ct);
            if (line.Contains('\0') || line.Contains('\uFFFD'))
                throw new InvalidDataException("it is not text: the header holds bytes that are no characters");
            var delimiter =
                feed.Format.Delimiter is [var told] ? told
                : kind == "tsv" ? '\t'
                : feed.Format.Header && !line.Contains(',') && line.IndexOfAny([';', '\t', '|']) is >= 0 and var at ? line[at]
                : ',';
            var columns = feed.Format.Header ? Fields(line, delimiter) : [.. feed.Columns.Select(c => c.Name)];
            return (header with { Delimiter = delimiter, Columns = [.. columns.Select((c, i) => c.Length > 0 ? c : $"column_{i + 1}")] }).Held(feed);
        }
        try
        {
            var described = await connection.QueryAsync(
                "DESCRIBE SELECT * FROM " + kind switch
                {
                    "parquet" => $"read_parquet({Dialect.DuckDb.Literal(path)})",
                    "json" => $"read_json({Dialect.DuckDb.Literal(path)}, format = 'array', {AllKeys}{compression})",
                    _ => $"read_json({Dialect.DuckDb.Literal(path)}, format = 'newline_delimited', ignore_errors = true, {AllKeys}{compression})",
                },
                r => r.GetString(0), ct);
            return new Header(kind, described, ',', false, "utf-8", false, compression, nulls).Held(feed);
        }
        catch (DuckDbException e) when (Door.IsOfTheObject(e))
        {
            throw new InvalidDataException($"it is not {kind}: {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <summary>Whether the object is packed with zstd, which only DuckDB unpacks.</summary>
    public bool IsZstd => Compression.Contains("zstd");

    bool IsGzip => Compression.Contains("gzip");

    /// <summary>The object's text as UTF-8, unpacked and transcoded as it is read.</summary>
    public Stream OpenUtf8(string path)
    {
        var bytes = IsGzip ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : (Stream)File.OpenRead(path);
        var encoding = Encoding == "utf-16" && IsBigEndian(path) ? System.Text.Encoding.BigEndianUnicode : TextEncoding;
        return encoding.Equals(System.Text.Encoding.UTF8) ? bytes : System.Text.Encoding.CreateTranscodingStream(bytes, encoding, System.Text.Encoding.UTF8);
    }

    System.Text.Encoding TextEncoding => Encoding switch { "latin-1" or "iso-8859-1" => System.Text.Encoding.Latin1, "utf-16" => System.Text.Encoding.Unicode, _ => System.Text.Encoding.UTF8 };

    Header Held(Feed feed)
    {
        var twice = Columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new InvalidDataException($"the header names '{twice.Key}' {twice.Count()} times");
        HeldPage(feed);
        if (feed.Key.FirstOrDefault(k => !Columns.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } key && feed.Columns.All(c => c.Name != key || !c.Required))
            throw new InvalidDataException($"the header lacks the key column '{key}'; it has {string.Join(", ", Columns.Take(20))}");
        if (feed.Columns.FirstOrDefault(c => c.Required && !Columns.Contains(c.Name, StringComparer.OrdinalIgnoreCase)) is { } missing)
            throw new InvalidDataException($"the header lacks the required column '{missing.Name}'; it has {string.Join(", ", Columns.Take(20))}");
        return this;
    }

    // In an answer every row has its own names: what one lacks is no matter of the others.
    Header HeldPage(Feed feed)
    {
        if (Columns.FirstOrDefault(Contract.Reserves) is { } reserved)
            throw new InvalidDataException($"the header has the column '{reserved}', a name that Cartage keeps for its own; rename it");
        if (feed.Schema == SchemaPolicy.Freeze && feed.Columns.Count > 0 && Columns.FirstOrDefault(c => feed.Columns.All(d => !d.Name.Equals(c, StringComparison.OrdinalIgnoreCase))) is { } surplus)
            throw new InvalidDataException($"the header has the column '{surplus}', which the contract does not declare (schema: freeze)");
        return this;
    }

    // Up to the line break that is in no quotes; where they never close, the first line.
    static async Task<string> FirstRecordAsync(Header header, string path, DuckDbConnection connection, CancellationToken ct)
    {
        using TextReader text = header.IsZstd ? new StringReader(header.TextEncoding.GetString(await Zstandard.FirstLinesAsync(connection, path, ct))) : new StreamReader(header.OpenUtf8(path));
        var first = await text.ReadLineAsync(ct) ?? "";
        var record = first;
        while (!IsClosed(record))
        {
            if (record.Length > ObjectScan.FirstLineLimit || await text.ReadLineAsync(ct) is not { } next)
                return first;
            record += '\n' + next;
        }
        return record;
    }

    static bool IsClosed(string text) => text.Count(c => c == '"') % 2 == 0;

    internal static List<string> Fields(string line, char delimiter)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                field.Append(line[i++]);
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == delimiter && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
                field.Append(line[i]);
        fields.Add(field.ToString().Trim());
        return fields;
    }

    static bool IsBigEndian(string path)
    {
        using var file = File.OpenRead(path);
        return (file.ReadByte(), file.ReadByte()) == (0xFE, 0xFF);
    }
}
