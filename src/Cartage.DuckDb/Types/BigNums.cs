using System.Numerics;

namespace Cartage.DuckDb;

/// <summary>How a BIGNUM is kept: three bytes of length with the top bit set, then the magnitude, highest byte first; all complemented when negative, so that bytes sort as numbers.</summary>
static class BigNums
{
    const int Header = 3;

    public static BigInteger Read(ReadOnlySpan<byte> bytes)
    {
        var isNegative = (bytes[0] & 0x80) == 0;
        var magnitude = bytes[Header..].ToArray();
        if (isNegative)
            Complement(magnitude);
        var value = new BigInteger(magnitude, isUnsigned: true, isBigEndian: true);
        return isNegative ? -value : value;
    }

    public static byte[] Write(BigInteger value)
    {
        var magnitude = BigInteger.Abs(value).ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] bytes = [(byte)(0x80 | magnitude.Length >> 16), (byte)(magnitude.Length >> 8), (byte)magnitude.Length, .. magnitude];
        if (value.Sign < 0)
            Complement(bytes);
        return bytes;
    }

    static void Complement(Span<byte> bytes)
    {
        foreach (ref var b in bytes)
            b = (byte)~b;
    }
}
