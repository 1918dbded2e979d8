using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cartage.DuckDb;

/// <summary>A value for <c>$name</c>; its type is the value's.</summary>
public sealed class DuckDbParameter : DbParameter
{
    /// <summary>One without a name or value yet.</summary>
    public DuckDbParameter() { }

    /// <summary>A value for <c>$name</c>, written with or without the sign.</summary>
    public DuckDbParameter(string name, object? value) => (ParameterName, Value) = (name, value);

    /// <summary>The name, with or without <c>$</c>; empty for the next <c>?</c>.</summary>
    [AllowNull]
    public override string ParameterName { get; set => field = value ?? ""; } = "";

    /// <inheritdoc/>
    public override object? Value { get; set; }

    /// <summary>Kept but not used: the type is the value's.</summary>
    public override DbType DbType { get; set; } = DbType.Object;

    /// <inheritdoc/>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
                throw new NotSupportedException("DuckDB has only input parameters.");
        }
    }

    /// <inheritdoc/>
    public override bool IsNullable { get; set; } = true;

    /// <inheritdoc/>
    public override int Size { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string SourceColumn { get; set => field = value ?? ""; } = "";

    /// <inheritdoc/>
    public override bool SourceColumnNullMapping { get; set; }

    internal string BareName => ParameterName.TrimStart('$');

    /// <inheritdoc/>
    public override void ResetDbType() => DbType = DbType.Object;
}
