using System.Collections;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Cartage.DuckDb;

/// <summary>Blobs, bits and big numbers.</summary>
class BytesWriter(LogicalType type) : ColumnWriter(type)
{
    const int Inlined = 12;

    public override void Write(long row, object value) =>
        WriteBytes(row, (Type.Id, value) switch
        {
            (DuckDbType.Blob or DuckDbType.Geometry, byte[] v) => v,
            (DuckDbType.Bit, string v) => Bits.Write(v),
            (DuckDbType.Bit, BitArray v) => Bits.Write(string.Concat(v.Cast<bool>().Select(bit => bit ? '1' : '0'))),
            (DuckDbType.BigNum, _) => BigNums.Write(Numbers.From<BigInteger>(value, Type)),
            _ => throw Refused(value),
        });

    /// <summary>Copies bytes; up to 12 lie in the vector itself, behind their number.</summary>
    public unsafe void WriteBytes(long row, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Inlined)
        {
            fixed (byte* p = bytes)
                Native.duckdb_vector_assign_string_element_len(Vector, (ulong)row, p, (ulong)bytes.Length);
            return;
        }
        var slot = new Span<byte>(Data + row * 16, 16);
        slot.Clear();
        MemoryMarshal.Write(slot, bytes.Length);
        bytes.CopyTo(slot[sizeof(int)..]);
    }
}

/// <summary>Text; other scalars are written as theirs.</summary>
sealed class TextWriter(LogicalType type) : BytesWriter(type)
{
    byte[] _buffer = new byte[512];

    public override void Write(long row, object value)
    {
        if (value is byte[] utf8)
            WriteUtf8(row, utf8);
        else
            WriteChars(row, Text.Of(value));
    }

    public void WriteChars(long row, ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_buffer.Length < most)
            _buffer = new byte[Math.Max(most, _buffer.Length * 2)];
        WriteBytes(row, _buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, _buffer)));
    }

    public void WriteUtf8(long row, ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new ArgumentException("The bytes are not UTF-8, which text in the database has to be.", nameof(utf8));
        WriteBytes(row, utf8);
    }
}
