using System.Collections;
using System.Numerics;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>A column whose values are bytes of any length.</summary>
abstract unsafe class BytesColumn(LogicalType type) : Column(type)
{
    public ReadOnlySpan<byte> Bytes(long row) => ((DuckDbText*)Data)[row].Utf8;
}

sealed class TextColumn(LogicalType type) : BytesColumn(type)
{
    public override Type ClrType => typeof(string);

    public override object Read(long row) => Encoding.UTF8.GetString(Bytes(row));
}

sealed class BlobColumn(LogicalType type) : BytesColumn(type)
{
    public override Type ClrType => typeof(byte[]);

    public override object Read(long row) => Bytes(row).ToArray();
}

/// <summary>Bits as text of 0 and 1, or as a <see cref="BitArray"/>.</summary>
sealed class BitColumn(LogicalType type) : BytesColumn(type)
{
    public override Type ClrType => typeof(string);

    public override object Read(long row) => Bits.Read(Bytes(row));
}

sealed class BigNumColumn(LogicalType type) : BytesColumn(type)
{
    public override Type ClrType => typeof(BigInteger);

    public override object Read(long row) => BigNums.Read(Bytes(row));

    public override T Read<T>(long row) => Numbers.To<BigInteger, T>(BigNums.Read(Bytes(row)), Type);
}
