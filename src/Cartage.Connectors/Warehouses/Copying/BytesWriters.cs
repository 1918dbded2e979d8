using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>Bytes, as they lie in the chunk.</summary>
sealed class BytesWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to) => to.Bytes(Vector.Texts[row].Utf8);
}

/// <summary>Text, as it lies in the chunk; PostgreSQL's holds no NUL, in whose place the mark for an unknown character is written.</summary>
sealed class TextWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        ref readonly var text = ref Vector.Texts[row];
        to.Bytes(text.Utf8.Contains((byte)0) ? Encoding.UTF8.GetBytes(text.ToString().Replace('\0', '\ufffd')) : text.Utf8);
    }
}

/// <summary>JSON text as jsonb, whose format begins with its version; a NUL is written as in <see cref="TextWriter"/>.</summary>
sealed partial class JsonWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        ref readonly var text = ref Vector.Texts[row];
        var json = text.Utf8.IndexOf("\\u0000"u8) >= 0 ? Encoding.UTF8.GetBytes(Nul().Replace(text.ToString(), @"\ufffd")) : text.Utf8;
        to.Int32(json.Length + 1);
        to.Take(1)[0] = 1;
        json.CopyTo(to.Take(json.Length));
    }

    // A backslash that is escaped itself begins nothing.
    [GeneratedRegex(@"(?<=(?<!\\)(?:\\\\)*)\\u0000")]
    private static partial Regex Nul();
}

/// <summary>DuckDB keeps a uuid as a number with its top bit flipped.</summary>
sealed class UuidWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(16);
        BinaryPrimitives.WriteUInt128BigEndian(to.Take(16), Vector.Values<UInt128>()[row] ^ (UInt128.One << 127));
    }
}
