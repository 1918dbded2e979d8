using System.Text;

namespace Cartage.Ingest;

/// <summary>Cuts text into records and gives each a number; what is no sound record is set aside as one line and reading goes on after it.</summary>
abstract class RecordSplitter
{
    /// <summary>A record of more bytes is set aside.</summary>
    protected const int LongestRecord = 2_000_000;

    const int ShownBytes = 10_000;

    /// <summary>How many records were found, sound or broken.</summary>
    public long Records { get; private set; }

    /// <summary>How many were set aside.</summary>
    public long Broken { get; private set; }

    /// <summary>How far a record's end may lie ahead, in bytes.</summary>
    protected virtual int Ahead => 1;

    /// <summary>Writes sound records, each behind its number, to <paramref name="clean"/>, and broken ones as <c>record,code,reason,raw</c> in CSV to <paramref name="broken"/>.</summary>
    public void Split(Stream text, Header header, Stream clean, Stream broken)
    {
        var window = new LineWindow(text, Ahead, header.OldReturns);
        if (window.Next().StartsWith<byte>([0xEF, 0xBB, 0xBF]))
            window.Take(3);
        for (var first = header.HasHeader; window.Next() is { IsEmpty: false } bytes; first = false)
        {
            var (length, fault) = Next(bytes);
            var record = Trim(bytes[..length]);
            if (!first && !record.IsEmpty)
                Write(record, fault, clean, broken);
            window.Take(length + 1);
        }
    }

    /// <summary>The length of the next record up to its line's end, and what is wrong with it.</summary>
    protected abstract (int Length, (string Code, string Reason)? Fault) Next(ReadOnlySpan<byte> bytes);

    /// <summary>Writes a sound record behind its number, which is already there.</summary>
    protected abstract void WriteClean(ReadOnlySpan<byte> record, Stream clean);

    /// <summary>A record without the carriage return of its line's end.</summary>
    protected static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> record) => record is [.. var body, (byte)'\r'] ? body : record;

    void Write(ReadOnlySpan<byte> record, (string Code, string Reason)? fault, Stream clean, Stream broken)
    {
        Records++;
        if (fault is var (code, reason))
        {
            Broken++;
            var raw = record.Length > ShownBytes ? Encoding.UTF8.GetString(record[..ShownBytes]) + $"… ({record.Length} bytes)" : Encoding.UTF8.GetString(record);
            broken.Write(Encoding.UTF8.GetBytes($"{Records},{code},\"{reason}\",\"{raw.Replace("\"", "\"\"").Replace("\0", "\\0")}\"\n"));
            return;
        }
        Span<byte> number = stackalloc byte[20];
        Records.TryFormat(number, out var digits);
        clean.Write(number[..digits]);
        WriteClean(record, clean);
        clean.WriteByte((byte)'\n');
    }
}
