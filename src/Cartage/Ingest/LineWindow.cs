namespace Cartage.Ingest;

/// <summary>A stream of any length seen through a window, which holds the whole next line and at least as many bytes as asked for; old returns become newlines.</summary>
sealed class LineWindow(Stream input, int ahead, bool oldReturns)
{
    const int LongestLine = 1 << 30;

    byte[] _buffer = new byte[Math.Max(ahead * 2, 1 << 20)];
    int _start, _end;
    bool _ended;

    /// <summary>Bytes from where reading stands; empty at the end.</summary>
    public ReadOnlySpan<byte> Next()
    {
        for (var searched = 0; !_ended; )
        {
            var window = _buffer.AsSpan(_start, _end - _start);
            if (window.Length >= ahead && window[searched..].Contains((byte)'\n'))
                break;
            searched = window.Length >= ahead ? window.Length : 0;
            Fill();
        }
        return _buffer.AsSpan(_start, _end - _start);
    }

    /// <summary>Goes on behind so many bytes.</summary>
    public void Take(int count) => _start += Math.Min(count, _end - _start);

    void Fill()
    {
        if (_end == _buffer.Length && _start == 0)
        {
            if (_buffer.Length >= LongestLine)
                throw new InvalidDataException($"it has a line of more than {LongestLine} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        var read = input.Read(_buffer, _end, _buffer.Length - _end);
        if (oldReturns)
            _buffer.AsSpan(_end, read).Replace((byte)'\r', (byte)'\n');
        _ended = read == 0;
        _end += read;
    }
}
