using System.Numerics;

namespace Cartage.Connectors.Warehouses.Copying;

sealed class BooleanWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(1);
        to.Take(1)[0] = Vector.Values<byte>()[row];
    }
}

sealed class Int16Writer<T> : FieldWriter
    where T : unmanaged, IBinaryInteger<T>
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(2);
        to.Int16(short.CreateTruncating(Vector.Values<T>()[row]));
    }
}

sealed class Int32Writer<T> : FieldWriter
    where T : unmanaged, IBinaryInteger<T>
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(4);
        to.Int32(int.CreateTruncating(Vector.Values<T>()[row]));
    }
}

sealed class Int64Writer<T> : FieldWriter
    where T : unmanaged, IBinaryInteger<T>
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(8);
        to.Int64(long.CreateTruncating(Vector.Values<T>()[row]));
    }
}

sealed class FloatWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(4);
        to.Int32(BitConverter.SingleToInt32Bits(Vector.Values<float>()[row]));
    }
}

sealed class DoubleWriter : FieldWriter
{
    protected override void WriteValue(int row, CopyBuffer to)
    {
        to.Int32(8);
        to.Int64(BitConverter.DoubleToInt64Bits(Vector.Values<double>()[row]));
    }
}
