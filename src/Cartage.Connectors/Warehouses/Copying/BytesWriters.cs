using System.Buffers.Binary;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>Text and bytes, as they lie in the chunk.</summary>
sealed class TextWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        ref readonly var text = ref Vector.Texts[row];
        to.Int32(text.Length);
        text.Utf8.CopyTo(to.Take(text.Length));
    }
}

/// <summary>JSON text as jsonb, whose format begins with its version.</summary>
sealed class JsonWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        ref readonly var text = ref Vector.Texts[row];
        to.Int32(text.Length + 1);
        to.Take(1)[0] = 1;
        text.Utf8.CopyTo(to.Take(text.Length));
    }
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
