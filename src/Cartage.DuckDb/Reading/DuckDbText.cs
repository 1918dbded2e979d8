using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Cartage.DuckDb;

/// <summary>A text or blob where it lies in a chunk (duckdb_string_t): up to 12 bytes within, longer ones elsewhere. Valid as long as its chunk.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly unsafe struct DuckDbText
{
    const int Inlined = 12;

    readonly uint _length;
    readonly uint _prefix;
    readonly byte* _pointer;

    /// <summary>How many bytes it has.</summary>
    public int Length => (int)_length;

    /// <summary>Its bytes, not copied.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Utf8 =>
        _length <= Inlined ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<uint, byte>(ref Unsafe.AsRef(in _prefix)), (int)_length) : new(_pointer, (int)_length);

    /// <summary>The text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8);
}
