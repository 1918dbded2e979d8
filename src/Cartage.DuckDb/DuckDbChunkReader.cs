namespace Cartage.DuckDb;

/// <summary>A result chunk by chunk: up to 2,048 rows at a time, a vector a column, nothing copied. Chunks come as they are computed.</summary>
public sealed class DuckDbChunkReader : IDisposable
{
    readonly RowSource _source;

    internal DuckDbChunkReader(DuckDbCommand command, ResultSet result) => _source = new(command, result);

    /// <summary>How many columns there are.</summary>
    public int FieldCount => _source.Result.Columns.Length;

    /// <summary>Rows of the current chunk; 0 before the first and after the last.</summary>
    public int Rows => _source.Result.Rows;

    /// <summary>A column of the current chunk. It and all spans taken from it are valid until the next <see cref="Read"/>.</summary>
    public DuckDbVector this[int column] =>
        Rows > 0 ? new(_source.Result.Columns[column], Rows) : throw new InvalidOperationException("There is no current chunk: Read has not been called, or has returned false.");

    /// <summary>A column's name.</summary>
    public string GetName(int column) => _source.Result.Names[column];

    /// <summary>A column's kind of values.</summary>
    public DuckDbType GetType(int column) => _source.Result.Columns[column].Type.Id;

    /// <summary>A column's type as DuckDB writes it, such as <c>DECIMAL(10,2)</c>.</summary>
    public string GetTypeName(int column) => _source.Result.Columns[column].Type.Name;

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public bool Read() => _source.Fetch(default);

    /// <inheritdoc cref="Read"/>
    public Task<bool> ReadAsync(CancellationToken ct) => Here.Run(() => _source.Fetch(ct), ct);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
