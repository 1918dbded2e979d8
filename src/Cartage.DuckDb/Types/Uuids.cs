using System.Buffers.Binary;

namespace Cartage.DuckDb;

/// <summary>Vectors keep a uuid as a number whose order is the text's: with its top bit flipped.</summary>
static class Uuids
{
    const ulong TopBit = 1UL << 63;

    public static Guid Read(HugeInt value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value.Upper ^ TopBit);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], value.Lower);
        return new(bytes, bigEndian: true);
    }

    public static HugeInt Write(Guid value)
    {
        var plain = Plain(value);
        return plain with { Upper = plain.Upper ^ TopBit };
    }

    /// <summary>The plain 128 bits, which is what parameters take.</summary>
    public static HugeInt Plain(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}
