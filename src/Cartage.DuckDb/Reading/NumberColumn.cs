using System.Numerics;

namespace Cartage.DuckDb;

sealed class NumberColumn<N>(LogicalType type) : Column(type)
    where N : unmanaged, INumber<N>
{
    public override Type ClrType => typeof(N);

    public override object Read(long row) => At<N>(row);

    public override T Read<T>(long row) => Numbers.To<N, T>(At<N>(row), Type);
}
