using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Cartage.Ingest.Crawling;

/// <summary>How a delimited file is written, told from its first bytes.</summary>
sealed partial record Sniff(string Encoding, string EncodingWhy, char Delimiter, string DelimiterWhy, bool Header, string HeaderWhy, IReadOnlyList<string> First)
{
    const int Enough = 4 << 20;

    static readonly char[] Delimiters = [',', ';', '\t', '|'];

    public static async Task<Sniff> ReadAsync(string path, CancellationToken ct)
    {
        var bytes = await StartAsync(path, ct);
        var (encoding, encodingWhy) = EncodingOf(bytes);
        var text = encoding switch
        {
            "utf-16" => (bytes is [0xFE, 0xFF, ..] ? System.Text.Encoding.BigEndianUnicode : System.Text.Encoding.Unicode).GetString(bytes),
            "latin-1" => System.Text.Encoding.Latin1.GetString(bytes),
            _ => System.Text.Encoding.UTF8.GetString(bytes),
        };
        var lines = Records(text.TrimStart('\uFEFF'), 1000);
        if (lines.Count == 0)
            throw new PipelineException($"{path}: the file is empty: not even a header", hint: "Leave it out, or crawl the folder of the others.");
        var (delimiter, delimiterWhy) = DelimiterOf(lines, path);
        var rows = lines.ConvertAll(l => Fields(l, delimiter));
        var (header, headerWhy) = HeaderOf(rows);
        return new(encoding, encodingWhy, delimiter, delimiterWhy, header, headerWhy, rows[0]);
    }

    static async Task<byte[]> StartAsync(string path, CancellationToken ct)
    {
        await using Stream file = File.OpenRead(path);
        await using var plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        var buffer = new byte[Enough];
        var read = await plain.ReadAtLeastAsync(buffer, Enough, throwOnEndOfStream: false, ct);
        return buffer[..read];
    }

    static (string, string) EncodingOf(byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            return ("utf-16", "it begins with a byte order mark of UTF-16");
        if (bytes is [0xEF, 0xBB, 0xBF, ..])
            return ("utf-8", "it begins with a byte order mark of UTF-8");
        var whole = bytes.Length < Enough ? bytes : bytes[..^4]; // a character may be cut at the end
        var length = whole.Length;
        while (length > 0 && bytes.Length == Enough && whole[length - 1] >= 0x80)
            length--;
        if (Utf8.IsValid(whole.AsSpan(0, length)))
            return ("utf-8", whole.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)127) ? "every byte is valid UTF-8" : "every byte is plain ASCII");
        var (line, at) = (1, 0);
        for (var i = 0; i < length; i++)
            if (whole[i] == '\n')
                (line, at) = (line + 1, i + 1);
            else if (whole[i] >= 0x80 && !Utf8.IsValid(whole.AsSpan(at, (whole.AsSpan(at, length - at).IndexOf((byte)'\n') is >= 0 and var end ? end : length - at))))
                return ("latin-1", $"line {line} is not UTF-8: it has the byte 0x{whole[i]:X2}, '{System.Text.Encoding.Latin1.GetString(whole, i, 1)}' in Latin-1");
        return ("latin-1", "it is not UTF-8");
    }

    static (char, string) DelimiterOf(List<string> lines, string path)
    {
        var counts = Delimiters.Select(d => (Delimiter: d, First: Fields(lines[0], d).Count, Same: lines.Count(l => Fields(l, d).Count == Fields(lines[0], d).Count))).ToList();
        var best = counts.Where(c => c.First > 1).OrderByDescending(c => c.Same * 10 >= lines.Count * 9).ThenByDescending(c => c.First).FirstOrDefault();
        if (best == default)
            return (path.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',', "no character splits the first line: there is one column");
        return (best.Delimiter, $"it splits {best.Same} of the first {lines.Count} records into {best.First} columns");
    }

    static (bool, string) HeaderOf(List<List<string>> rows)
    {
        var first = rows[0];
        if (first.FirstOrDefault(IsValue) is { } value)
            return (false, $"the first record holds '{value}', which is a value and no name");
        if (first.Where(f => f.Length > 0).GroupBy(f => f, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice && rows.Count > 1)
            return (false, $"the first record has '{twice.Key}' twice");
        for (var i = 0; i < first.Count; i++)
            if (first[i].Length > 0 && rows.Skip(1).Any(r => i < r.Count && r[i] == first[i]))
                return (false, $"'{first[i]}' of the first record comes again in its column");
        return (true, "the first record holds names: no number, no date, nothing that comes again below");
    }

    static bool IsValue(string text) =>
        Written().IsMatch(text) || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || text.Length > 5 && char.IsAsciiDigit(text[0]) && DateTime.TryParse(text, CultureInfo.InvariantCulture, out _);

    // A date or a number as another country writes it.
    [GeneratedRegex(@"^(\d{1,2}[./-]\d{1,2}[./-]\d{4}|[+-]?\d[\d.]*,\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Written();

    // Records by lines, except that a line break in quotes ends none.
    static List<string> Records(string text, int most)
    {
        List<string> records = [];
        var (quoted, start) = (false, 0);
        for (var i = 0; i <= text.Length && records.Count < most; i++)
            if (i < text.Length && text[i] == '"')
                quoted = !quoted;
            else if (i == text.Length || text[i] == '\n' && !quoted || text[i] == '\r' && !quoted && (i + 1 == text.Length || text[i + 1] != '\n'))
            {
                if (text[start..i].TrimEnd('\r') is { Length: > 0 } record)
                    records.Add(record);
                start = i + 1;
            }
        return records;
    }

    static List<string> Fields(string line, char delimiter) => Ingest.Header.Fields(line, delimiter);
}
