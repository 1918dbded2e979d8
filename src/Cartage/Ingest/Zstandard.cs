using System.Buffers.Binary;
using System.Text;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Zstandard files: whether one is whole, by its frames and blocks (RFC 8878 section 3.1), and its lines; the bytes themselves are unpacked by DuckDB, which takes a file that is cut off for a shorter one.</summary>
static class Zstandard
{
    const uint Frame = 0xFD2FB528;
    const uint SkippableFrame = 0x184D2A50;

    public static bool IsWhole(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new BinaryReader(file);
        try
        {
            while (file.Position < file.Length)
                if (reader.ReadUInt32() is var magic && magic == Frame)
                    SkipFrame(reader);
                else if ((magic & ~0xFu) == SkippableFrame)
                    Skip(file, reader.ReadUInt32());
                else
                    return false;
            return file.Length > 0;
        }
        catch (EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>Writes the file's lines as they are, bytes kept, to another file.</summary>
    public static async Task UnpackAsync(DuckDbConnection connection, string path, string target, CancellationToken ct)
    {
        await using var plain = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        await using var command = connection.CreateCommand();
        command.CommandText = Lines(path);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            if (!reader.IsDBNull(0))
                plain.Write(Encoding.Latin1.GetBytes(reader.GetString(0)));
            plain.WriteByte((byte)'\n');
        }
    }

    /// <summary>The bytes of the first lines, as many as a header may have.</summary>
    public static async Task<byte[]> FirstLinesAsync(DuckDbConnection connection, string path, CancellationToken ct) =>
        [.. (await connection.QueryAsync(Lines(path) + " LIMIT 100", r => r.IsDBNull(0) ? "" : r.GetString(0), ct)).SelectMany(line => Encoding.Latin1.GetBytes(line + '\n'))];

    // Every byte is a character of Latin-1, and the mark between columns is one that no text holds.
    static string Lines(string path) =>
        $$"""
        SELECT line FROM read_csv({{Dialect.DuckDb.Literal(path)}}, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, delim = '{{"\u0001\u0002"}}', quote = '', escape = '',
          encoding = 'latin-1', strict_mode = false, compression = 'zstd', max_line_size = 60000000)
        """;

    static void SkipFrame(BinaryReader reader)
    {
        var descriptor = reader.ReadByte();
        var single = (descriptor & 0x20) != 0;
        int[] dictionary = [0, 1, 2, 4], size = [single ? 1 : 0, 2, 4, 8];
        Skip(reader.BaseStream, (single ? 0 : 1) + dictionary[descriptor & 3] + size[descriptor >> 6]);
        for (var last = false; !last; )
        {
            Span<byte> header = [reader.ReadByte(), reader.ReadByte(), reader.ReadByte(), 0];
            var block = BinaryPrimitives.ReadUInt32LittleEndian(header);
            last = (block & 1) != 0;
            Skip(reader.BaseStream, ((block >> 1) & 3) == 1 ? 1 : block >> 3);
        }
        Skip(reader.BaseStream, (descriptor & 4) != 0 ? 4 : 0);
    }

    static void Skip(Stream file, long count)
    {
        if (file.Seek(count, SeekOrigin.Current) > file.Length)
            throw new EndOfStreamException();
    }
}
