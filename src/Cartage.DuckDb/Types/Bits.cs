namespace Cartage.DuckDb;

/// <summary>How a BIT is kept: a byte that counts the padding, then the padding (ones) and the bits, highest first.</summary>
static class Bits
{
    public static string Read(ReadOnlySpan<byte> bytes)
    {
        var text = new char[(bytes.Length - 1) * 8 - bytes[0]];
        for (var i = 0; i < text.Length; i++)
        {
            var at = 8 + bytes[0] + i;
            text[i] = (bytes[at / 8] >> (7 - at % 8) & 1) == 1 ? '1' : '0';
        }
        return new(text);
    }

    public static byte[] Write(string text)
    {
        var padding = (8 - text.Length % 8) % 8;
        var bytes = new byte[1 + (text.Length + padding) / 8];
        bytes[0] = (byte)padding;
        for (var i = 0; i < padding + text.Length; i++)
            if (i < padding || text[i - padding] == '1')
                bytes[1 + i / 8] |= (byte)(0x80 >> i % 8);
        return bytes;
    }
}
