using Cartage.DuckDb;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>A table of the door as PostgreSQL's binary COPY: chunk by chunk, never a row at a time in the engine.</summary>
static class BinaryCopy
{
    static ReadOnlySpan<byte> Signature => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    /// <summary>Makes the table in the warehouse, whatever was there before, and fills it.</summary>
    public static async Task RunAsync(DuckDbConnection door, NpgsqlConnection connection, Dialect dialect, Table table, CancellationToken ct)
    {
        var columns = await Catalog.ColumnsAsync(door, Dialect.DuckDb, table, ct);
        var fields = columns.Select(c => Field.For(c)).ToList();
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(dialect.Create(table, fields.Select(f => f.Column)), ct);
        await using var command = door.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", fields.Select(f => f.Select))} FROM {Dialect.DuckDb.Quote(table)}";
        using var chunks = await command.ExecuteChunksAsync(ct);
        FieldWriter[] writers = [.. fields.Select((f, i) => f.IsJson ? new JsonWriter() : FieldWriter.For(chunks.GetType(i)))];
        var copy = await connection.BeginRawBinaryCopyAsync($"COPY {dialect.Quote(table)} ({dialect.Quote(columns.Select(c => c.Name))}) FROM STDIN (FORMAT binary, FREEZE)", ct); // nobody sees the table before it is whole: its rows are written as old ones, and no reader marks them again
        try
        {
            await WriteAsync(chunks, writers, copy, ct);
        }
        catch
        {
            await copy.CancelAsync(); // disposing alone would keep what has arrived
            throw;
        }
        await copy.DisposeAsync();
        await transaction.CommitAsync(ct);
        await connection.ExecuteAsync(string.Format(null, dialect.Analyze, dialect.Quote(table)), ct);
    }

    // One buffer is on its way while the next is filled.
    static async Task WriteAsync(DuckDbChunkReader chunks, FieldWriter[] writers, Stream copy, CancellationToken ct)
    {
        var (buffer, other, sending) = (new CopyBuffer(), new CopyBuffer(), Task.CompletedTask);
        Signature.CopyTo(buffer.Take(Signature.Length));
        buffer.Int64(0); // no flags, no extension
        try
        {
            while (await chunks.ReadAsync(ct))
            {
                for (var i = 0; i < writers.Length; i++)
                    writers[i].Vector = chunks[i];
                for (var row = 0; row < chunks.Rows; row++)
                {
                    buffer.Int16((short)writers.Length);
                    foreach (var writer in writers)
                        writer.Write(row, buffer);
                    if (!buffer.IsFull)
                        continue;
                    await sending;
                    var full = buffer;
                    sending = Task.Run(() => full.FlushAsync(copy, ct).AsTask(), ct);
                    (buffer, other) = (other, buffer);
                }
            }
        }
        finally
        {
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it uses the stream
        }
        await sending;
        buffer.Int16(-1);
        await buffer.FlushAsync(copy, ct);
    }
}
