using System.Text;
using System.Text.Unicode;

namespace Cartage.Ingest;

/// <summary>Cuts delimited bytes into records by the quoting rules of RFC 4180; a record that does not close, or has the wrong number of columns, is set aside as one physical line and reading goes on after it.</summary>
sealed class RecordSplitter(byte delimiter, int columns)
{
    const int LongestValue = 1 << 20;
    const int LongestRecord = 2_000_000;

    /// <summary>How many records were found, sound or broken.</summary>
    public long Records { get; private set; }

    /// <summary>How many were set aside.</summary>
    public long Broken { get; private set; }

    /// <summary>Writes sound records, each behind its number, to <paramref name="clean"/>, and broken ones as <c>record,code,reason,raw</c> in CSV to <paramref name="broken"/>.</summary>
    public void Split(ReadOnlySpan<byte> bytes, bool header, Stream clean, Stream broken)
    {
        if (bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
            bytes = bytes[3..];
        var first = header;
        while (!bytes.IsEmpty)
        {
            var (length, fault) = Next(bytes);
            var record = Trim(bytes[..length]);
            bytes = bytes[Math.Min(bytes.Length, length + 1)..];
            if (first)
            {
                first = false;
                continue;
            }
            if (record.IsEmpty)
                continue;
            Records++;
            if (fault is null)
                WriteClean(record, clean);
            else
                WriteBroken(record, fault.Value, broken);
        }
    }

    // The length of the record up to its line's end, and what is wrong with it.
    (int Length, (string Code, string Reason)? Fault) Next(ReadOnlySpan<byte> bytes)
    {
        var newline = bytes.IndexOf((byte)'\n');
        var lineLength = newline < 0 ? bytes.Length : newline;
        var line = bytes[..lineLength];
        if (!line.Contains((byte)'"'))
            return (lineLength, Fault(line, line.Count(delimiter) + 1));
        var (length, fields, open) = Quoted(bytes);
        if (open || (length > lineLength && fields != columns))
            return (lineLength, ("unclosed_quote", "a quote is not closed, or text follows it"));
        return (length, Fault(bytes[..length], fields));
    }

    (int Length, int Fields, bool Broken) Quoted(ReadOnlySpan<byte> bytes)
    {
        var (at, fields) = (0, 1);
        while (true)
        {
            if (at < bytes.Length && bytes[at] == '"')
            {
                at++;
                while (true)
                {
                    var quote = bytes[at..].IndexOf((byte)'"');
                    if (quote is < 0 or > LongestValue)
                        return (0, 0, true);
                    at += quote + 1;
                    if (at >= bytes.Length || bytes[at] != '"')
                        break;
                    at++;
                }
                if (at >= bytes.Length || bytes[at] == '\n')
                    return (at, fields, false);
                if (bytes[at] == '\r' && (at + 1 >= bytes.Length || bytes[at + 1] == '\n'))
                    return (Math.Min(at + 1, bytes.Length), fields, false);
                if (bytes[at] != delimiter)
                    return (0, 0, true);
                (at, fields) = (at + 1, fields + 1);
                continue;
            }
            var end = bytes[at..].IndexOfAny(delimiter, (byte)'\n');
            var value = end < 0 ? bytes[at..] : bytes[at..(at + end)];
            if (value.Contains((byte)'"'))
                return (0, 0, true);
            if (end < 0)
                return (bytes.Length, fields, false);
            at += end;
            if (bytes[at] == '\n')
                return (at, fields, false);
            (at, fields) = (at + 1, fields + 1);
        }
    }

    (string, string)? Fault(ReadOnlySpan<byte> record, int fields) =>
        Trim(record).IsEmpty ? null
        : record.Contains((byte)0) ? ("nul", "it holds a NUL byte")
        : record.Length > LongestRecord ? ("length", $"it has {record.Length} bytes, more than {LongestRecord}")
        : !Utf8.IsValid(record) ? ("encoding", "its bytes are not UTF-8")
        : fields != columns ? ("columns", $"it has {fields} columns, not {columns}")
        : null;

    void WriteClean(ReadOnlySpan<byte> record, Stream clean)
    {
        Span<byte> number = stackalloc byte[20];
        Records.TryFormat(number, out var digits);
        clean.Write(number[..digits]);
        clean.WriteByte(delimiter);
        clean.Write(record);
        clean.WriteByte((byte)'\n');
    }

    void WriteBroken(ReadOnlySpan<byte> record, (string Code, string Reason) fault, Stream broken)
    {
        Broken++;
        var raw = record.Length > 10_000 ? Encoding.UTF8.GetString(record[..10_000]) + $"… ({record.Length} bytes)" : Encoding.UTF8.GetString(record);
        broken.Write(Encoding.UTF8.GetBytes($"{Records},{fault.Code},\"{fault.Reason}\",\"{raw.Replace("\"", "\"\"").Replace("\0", "\\0")}\"\n"));
    }

    static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> record) => record is [.. var body, (byte)'\r'] ? body : record;
}
