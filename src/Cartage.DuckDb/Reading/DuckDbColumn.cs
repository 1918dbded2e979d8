using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary>What is known of a result's column.</summary>
public sealed class DuckDbColumn : DbColumn
{
    internal DuckDbColumn(string name, int ordinal, Column column)
    {
        ColumnName = name;
        ColumnOrdinal = ordinal;
        DataType = column.ClrType;
        DataTypeName = column.Type.Name;
        Type = column.Type.Id;
        NumericPrecision = Type == DuckDbType.Decimal ? column.Type.Width : null;
        NumericScale = Type == DuckDbType.Decimal ? column.Type.Scale : null;
        IsReadOnly = true;
    }

    /// <summary>The kind of its values.</summary>
    public DuckDbType Type { get; }
}
