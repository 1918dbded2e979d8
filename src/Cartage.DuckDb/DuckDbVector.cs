using System.Text;

namespace Cartage.DuckDb;

/// <summary>One column of a chunk, where it lies in the library's memory; valid until its reader moves on.</summary>
public readonly unsafe struct DuckDbVector
{
    readonly Column _column;

    internal DuckDbVector(Column column, int rows) => (_column, Rows) = (column, rows);

    /// <summary>How many values it has, missing ones included.</summary>
    public int Rows { get; }

    /// <summary>The kind of its values.</summary>
    public DuckDbType Type => _column.Type.Id;

    /// <summary>Digits after the point of a decimal, whose values are whole numbers of 2, 4, 8 or 16 bytes.</summary>
    public int Scale => _column.Type.Scale;

    /// <summary>Digits in all of a decimal.</summary>
    public int Width => _column.Type.Width;

    /// <summary>Whether a value may be missing; if not, there is no need to ask for each.</summary>
    public bool HasNulls => _column.Validity is not null;

    /// <summary>A bit a row, 64 a word, 0 where the value is missing; empty where none is.</summary>
    public ReadOnlySpan<ulong> Validity => HasNulls ? new(_column.Validity, (Rows + 63) / 64) : default;

    /// <summary>The values in the library's layout: <c>int</c> for INTEGER and (days since 1970) DATE, <c>long</c> for BIGINT and (microseconds) TIMESTAMP, <see cref="DuckDbText"/> for VARCHAR and BLOB, <see cref="Int128"/> for HUGEINT …; where <see cref="IsNull"/> they mean nothing. A type of another size is refused.</summary>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        _column.Type.DemandSizeOf<T>();
        return new(_column.Data, Rows);
    }

    /// <summary>The texts or blobs, not copied.</summary>
    public ReadOnlySpan<DuckDbText> Texts => _column is BytesColumn ? Values<DuckDbText>() : throw new InvalidCastException($"A {_column.Type.Name} is not text or bytes.");

    /// <summary>Whether a value is missing.</summary>
    public bool IsNull(int row) => _column.IsNull(Checked(row));

    /// <summary>A text; null where missing.</summary>
    public string? GetString(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(Texts[row].Utf8);

    /// <summary>A value of any type, null where missing.</summary>
    public object? GetValue(int row) => _column.ReadOrNull(Checked(row));

    /// <summary>A value as with <see cref="DuckDbDataReader.GetFieldValue{T}"/>.</summary>
    public T GetFieldValue<T>(int row) => Fields.Element<T>(_column, Checked(row));

    int Checked(int row) => (uint)row < (uint)Rows ? row : throw new ArgumentOutOfRangeException(nameof(row), row, $"The chunk has {Rows} rows.");
}
