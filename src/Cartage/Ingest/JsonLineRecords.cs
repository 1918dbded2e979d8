using System.Text.Json;
using System.Text.Unicode;

namespace Cartage.Ingest;

/// <summary>JSON objects, one a line; a line that is anything else is broken.</summary>
sealed class JsonLineRecords : RecordSplitter
{
    protected override (int Length, (string Code, string Reason)? Fault) Next(ReadOnlySpan<byte> bytes)
    {
        var newline = bytes.IndexOf((byte)'\n');
        var line = newline < 0 ? bytes : bytes[..newline];
        return (line.Length, Trim(line).IsEmpty ? null : Fault(line));
    }

    // One value of CSV.
    protected override void WriteClean(ReadOnlySpan<byte> record, Stream clean)
    {
        clean.Write(",\""u8);
        for (int quote; (quote = record.IndexOf((byte)'"')) >= 0; record = record[(quote + 1)..])
        {
            clean.Write(record[..(quote + 1)]);
            clean.WriteByte((byte)'"');
        }
        clean.Write(record);
        clean.WriteByte((byte)'"');
    }

    static (string, string)? Fault(ReadOnlySpan<byte> line)
    {
        if (line.Length > LongestRecord)
            return ("length", $"it has {line.Length} bytes, more than {LongestRecord}");
        if (!Utf8.IsValid(line))
            return ("encoding", "its bytes are not UTF-8");
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return ("json", "it is no JSON object");
            while (reader.Read())
            {
            }
            return null;
        }
        catch (JsonException e)
        {
            return ("json", $"it is no JSON: {e.Message.Split(". ")[0].Replace('"', '\'')}");
        }
    }
}
