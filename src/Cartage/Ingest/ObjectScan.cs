using System.Text;
using System.Text.Unicode;

namespace Cartage.Ingest;

/// <summary>Gathers facts of bytes as they pass, buffer by buffer.</summary>
sealed class ObjectScan
{
    public const int FirstLineLimit = 64 * 1024;

    readonly List<byte> _firstLine = [];
    readonly byte[] _carry = new byte[4];
    long _newlines, _blanks, _records, _quotes, _returns, _nuls, _longest, _line;
    int _carried;
    bool _utf8 = true, _firstEnded;
    byte _last = (byte)'\n';

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        _returns += bytes.Count((byte)'\r');
        _nuls += bytes.Count((byte)0);
        CheckUtf8(bytes);
        var rest = bytes;
        while (true)
        {
            var end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (!_firstEnded && _firstLine.Count < FirstLineLimit)
                _firstLine.AddRange(part[..Math.Min(part.Length, FirstLineLimit)]);
            _line += part.Length;
            _quotes += part.Count((byte)'"');
            if (end < 0)
                break;
            _firstEnded = true;
            _newlines++;
            if (_line == 0 || (_line == 1 && (part.Length > 0 ? part[^1] : _last) == '\r'))
                _blanks++;
            else if (_quotes % 2 == 0)
                _records++;
            _longest = Math.Max(_longest, _line);
            _line = 0;
            rest = rest[(end + 1)..];
        }
        _last = bytes[^1];
    }

    public ObjectFacts Facts(bool known)
    {
        var first = _firstLine.ToArray();
        var mark = first is [0xEF, 0xBB, 0xBF, ..] ? "utf-8" : first is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? "utf-16" : "";
        var text = Encoding.UTF8.GetString(first.AsSpan(mark == "utf-8" ? 3 : 0)).TrimEnd('\r');
        return new(known, _newlines, _blanks, _quotes, _returns, _nuls, Math.Max(_longest, _line), _utf8 && _carried == 0, _last == '\n', text, mark) { Records = _records + (_last == '\n' ? 0 : 1) };
    }

    // A character may be cut by the end of a buffer: its first bytes wait for the next one.
    void CheckUtf8(ReadOnlySpan<byte> bytes)
    {
        if (!_utf8)
            return;
        if (_carried > 0)
        {
            var need = Length(_carry[0]) - _carried;
            var take = Math.Min(need, bytes.Length);
            bytes[..take].CopyTo(_carry.AsSpan(_carried));
            _carried += take;
            bytes = bytes[take..];
            if (take < need)
                return;
            _utf8 = Utf8.IsValid(_carry.AsSpan(0, _carried));
            _carried = 0;
        }
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
            if (bytes[^back] >= 0xC0)
            {
                if (Length(bytes[^back]) > back)
                {
                    _carried = back;
                    bytes[^back..].CopyTo(_carry);
                    bytes = bytes[..^back];
                }
                break;
            }
            else if (bytes[^back] < 0x80)
                break;
        _utf8 &= Utf8.IsValid(bytes);
    }

    static int Length(byte first) => first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
}
