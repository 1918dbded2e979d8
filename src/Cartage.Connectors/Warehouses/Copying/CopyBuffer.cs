using System.Buffers.Binary;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>Bytes on their way to the server; grows with the longest row and is emptied when full enough.</summary>
sealed class CopyBuffer
{
    /// <summary>How many bytes are worth a write.</summary>
    public const int Enough = 1 << 17;

    byte[] _bytes = new byte[Enough + (1 << 14)];
    int _length;

    public bool IsFull => _length >= Enough;

    /// <summary>Room for some bytes, which count as written.</summary>
    public Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        var room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    /// <summary>Some bytes, after how many they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int32(bytes.Length);
        bytes.CopyTo(Take(bytes.Length));
    }

    /// <summary>Hands over what was written and starts anew.</summary>
    public async ValueTask FlushAsync(Stream to, CancellationToken ct)
    {
        await to.WriteAsync(_bytes.AsMemory(0, _length), ct);
        _length = 0;
    }
}
