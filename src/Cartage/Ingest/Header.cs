using System.IO.Compression;
using System.Text;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>How one object is written and which columns it has, in its order.</summary>
sealed record Header(string Kind, IReadOnlyList<string> Columns, char Delimiter, bool HasHeader, string Encoding, bool Returns, string Compression, string NullList)
{
    /// <summary>Whether typed formats are to be read as text.</summary>
    public bool AsText { get; init; }

    /// <summary>Whether a carriage return alone ends a line.</summary>
    public bool OldReturns { get; init; }

    /// <summary>Objects that can be read together.</summary>
    public string Group => $"{Kind}|{Delimiter}|{Encoding}|{Returns}|{Compression}|{string.Join('\u001f', Columns)}";

    /// <summary>Looks at an object; an <see cref="InvalidDataException"/> says why it cannot be read.</summary>
    public static async Task<Header> ReadAsync(DuckDbConnection connection, Feed feed, Manifest manifest, string path, CancellationToken ct)
    {
        var name = manifest.Source.ToLowerInvariant();
        var (bare, compression) =
            name.EndsWith(".gz", StringComparison.Ordinal) ? (name[..^3], ", compression = 'gzip'")
            : name.EndsWith(".zst", StringComparison.Ordinal) ? (name[..^4], ", compression = 'zstd'")
            : (name, "");
        var kind = feed.Format.Kind ?? Path.GetExtension(bare) switch { ".tsv" or ".tab" => "tsv", ".json" => "json", ".ndjson" or ".jsonl" => "ndjson", ".parquet" or ".pq" => "parquet", _ => "csv" };
        var delimiter = feed.Format.Delimiter is [var d] ? d : kind == "tsv" ? '\t' : ',';
        var encoding = feed.Format.Encoding ?? (manifest.Facts.ByteOrderMark is "" ? "utf-8" : manifest.Facts.ByteOrderMark);
        var nulls = string.Join(", ", feed.Format.Nulls.Prepend("").Distinct().Select(Dialect.DuckDb.Literal));
        if (kind is "csv" or "tsv")
        {
            if (manifest.Bytes == 0)
                throw new InvalidDataException("the file is empty: not even a header");
            var header = new Header(kind, [], delimiter, feed.Format.Header, encoding, manifest.Facts.Returns > 0 && manifest.Facts.Returns == manifest.Facts.Newlines, compression, nulls);
            if (compression.Contains("gzip") && !manifest.Facts.Known)
                throw new InvalidDataException("its gzip data is damaged or cut off");
            header = header with { OldReturns = manifest.Facts is { Newlines: 0, Returns: > 0 } && encoding == "utf-8" };
            var line = manifest.Facts.Known && encoding == "utf-8" ? manifest.Facts.FirstLine.Split('\r')[0] : await FirstLineAsync(header, path, manifest, connection, ct);
            if (line.Contains('\0') || line.Contains('\uFFFD'))
                throw new InvalidDataException("it is not text: the header holds bytes that are no characters");
            var columns = feed.Format.Header ? Fields(line, delimiter) : [.. feed.Columns.Select(c => c.Name)];
            return (header with { Columns = [.. columns.Select((c, i) => c.Length > 0 ? c : $"column_{i + 1}")] }).Held(feed);
        }
        try
        {
            var described = await connection.QueryAsync(
                $"DESCRIBE SELECT * FROM {(kind == "parquet" ? "read_parquet" : "read_json")}({Dialect.DuckDb.Literal(path)}{(kind == "parquet" ? "" : $", format = '{(kind == "json" ? "array" : "newline_delimited")}'{compression}")})",
                r => r.GetString(0), ct);
            return new Header(kind, described, ',', false, "utf-8", false, compression, nulls).Held(feed);
        }
        catch (DuckDbException e)
        {
            throw new InvalidDataException($"it is not {kind}: {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <summary>The whole object as UTF-8, uncompressed and transcoded.</summary>
    public async Task<byte[]> ReadUtf8Async(string path, CancellationToken ct)
    {
        var bytes = Compression.Contains("gzip") ? await InflateAsync(path, ct) : await File.ReadAllBytesAsync(path, ct);
        var text = Encoding switch
        {
            "latin-1" or "iso-8859-1" => System.Text.Encoding.Convert(System.Text.Encoding.Latin1, System.Text.Encoding.UTF8, bytes),
            "utf-16" => System.Text.Encoding.UTF8.GetBytes(Utf16(bytes)),
            _ => bytes,
        };
        if (OldReturns)
            text.AsSpan().Replace((byte)'\r', (byte)'\n');
        return text;
    }

    Header Held(Feed feed)
    {
        var twice = Columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new InvalidDataException($"the header names '{twice.Key}' {twice.Count()} times");
        if (Columns.FirstOrDefault(Contract.Reserves) is { } reserved)
            throw new InvalidDataException($"the header has the column '{reserved}', a name that Cartage keeps for its own; rename it");
        if (feed.Key.FirstOrDefault(k => !Columns.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } key && feed.Columns.All(c => c.Name != key || !c.Required))
            throw new InvalidDataException($"the header lacks the key column '{key}'; it has {string.Join(", ", Columns.Take(20))}");
        if (feed.Columns.FirstOrDefault(c => c.Required && !Columns.Contains(c.Name, StringComparer.OrdinalIgnoreCase)) is { } missing)
            throw new InvalidDataException($"the header lacks the required column '{missing.Name}'; it has {string.Join(", ", Columns.Take(20))}");
        if (feed.Schema == SchemaPolicy.Freeze && feed.Columns.Count > 0 && Columns.FirstOrDefault(c => feed.Columns.All(d => !d.Name.Equals(c, StringComparison.OrdinalIgnoreCase))) is { } surplus)
            throw new InvalidDataException($"the header has the column '{surplus}', which the contract does not declare (schema: freeze)");
        return this;
    }

    static async Task<string> FirstLineAsync(Header header, string path, Manifest manifest, DuckDbConnection connection, CancellationToken ct)
    {
        if (!manifest.Facts.Known)
            return string.Join(header.Delimiter, await connection.QueryAsync(
                $"DESCRIBE SELECT * FROM read_csv({Dialect.DuckDb.Literal(path)}, header = true, all_varchar = true, delim = {Dialect.DuckDb.Literal(header.Delimiter.ToString())}{header.Compression})", r => r.GetString(0), ct));
        var text = System.Text.Encoding.UTF8.GetString(await header.ReadUtf8Async(path, ct));
        return text[..(text.IndexOf('\n') is >= 0 and var end ? end : text.Length)].TrimEnd('\r').TrimStart('\uFEFF');
    }

    static List<string> Fields(string line, char delimiter)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
            if (c == '"')
                quoted = !quoted;
            else if (c == delimiter && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
                field.Append(c);
        fields.Add(field.ToString().Trim());
        return fields;
    }

    static async Task<byte[]> InflateAsync(string path, CancellationToken ct)
    {
        await using var plain = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        await plain.CopyToAsync(bytes, ct);
        return bytes.ToArray();
    }

    static string Utf16(byte[] bytes) => (bytes is [0xFE, 0xFF, ..] ? System.Text.Encoding.BigEndianUnicode : System.Text.Encoding.Unicode).GetString(bytes).TrimStart('\uFEFF');
}
