using System.Text.Unicode;

namespace Cartage.Ingest;

/// <summary>Delimited records by the quoting rules of RFC 4180; one that does not close, or has the wrong number of columns, is broken.</summary>
sealed class DelimitedRecords(byte delimiter, int columns) : RecordSplitter
{
    const int LongestValue = 1 << 20;

    protected override int Ahead => LongestRecord + LongestValue + 4;

    protected override (int Length, (string Code, string Reason)? Fault) Next(ReadOnlySpan<byte> bytes)
    {
        var newline = bytes.IndexOf((byte)'\n');
        var lineLength = newline < 0 ? bytes.Length : newline;
        var line = bytes[..lineLength];
        if (lineLength > LongestRecord)
            return (lineLength, ("length", $"it has {lineLength} bytes, more than {LongestRecord}"));
        if (!line.Contains((byte)'"'))
            return (lineLength, Fault(line, line.Count(delimiter) + 1));
        var (length, fields, open) = Quoted(bytes);
        if (open || (length > lineLength && fields != columns))
            return (lineLength, ("unclosed_quote", "a quote is not closed, or text follows it"));
        return (length, Fault(bytes[..length], fields));
    }

    protected override void WriteClean(ReadOnlySpan<byte> record, Stream clean)
    {
        clean.WriteByte(delimiter);
        clean.Write(record);
    }

    (int Length, int Fields, bool Broken) Quoted(ReadOnlySpan<byte> bytes)
    {
        for (var (at, fields) = (0, 1); at <= LongestRecord; fields++)
        {
            if (at < bytes.Length && bytes[at] == '"')
            {
                if (AfterQuote(bytes, at + 1) is not { } after)
                    return (0, 0, true);
                if (after >= bytes.Length || bytes[after] == '\n')
                    return (after, fields, false);
                if (bytes[after] == '\r' && (after + 1 >= bytes.Length || bytes[after + 1] == '\n'))
                    return (Math.Min(after + 1, bytes.Length), fields, false);
                if (bytes[after] != delimiter)
                    return (0, 0, true);
                at = after + 1;
                continue;
            }
            var end = bytes[at..].IndexOfAny(delimiter, (byte)'\n');
            var value = end < 0 ? bytes[at..] : bytes[at..(at + end)];
            if (value.Length > LongestValue || value.Contains((byte)'"'))
                return (0, 0, true);
            if (end < 0)
                return (bytes.Length, fields, false);
            if (bytes[at + end] == '\n')
                return (at + end, fields, false);
            at += end + 1;
        }
        return (0, 0, true);
    }

    // Where a quoted value ends, behind its closing quote; null where it does not.
    static int? AfterQuote(ReadOnlySpan<byte> bytes, int from)
    {
        for (var at = from; ; at++)
        {
            var quote = bytes[at..].IndexOf((byte)'"');
            at += quote + 1;
            if (quote < 0 || at - from > LongestValue)
                return null;
            if (at >= bytes.Length || bytes[at] != '"')
                return at;
        }
    }

    (string, string)? Fault(ReadOnlySpan<byte> record, int fields) =>
        Trim(record).IsEmpty ? null
        : record.Contains((byte)0) ? ("nul", "it holds a NUL byte")
        : !Utf8.IsValid(record) ? ("encoding", "its bytes are not UTF-8")
        : fields != columns ? ("columns", $"it has {fields} columns, not {columns}")
        : null;
}
