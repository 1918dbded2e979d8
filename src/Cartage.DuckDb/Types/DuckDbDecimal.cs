using System.Globalization;
using System.Numerics;

namespace Cartage.DuckDb;

/// <summary>A DECIMAL of up to 38 digits: <paramref name="Unscaled"/> ÷ 10^<paramref name="Scale"/>. Two are equal when both parts are.</summary>
/// <param name="Unscaled">All digits as a whole number.</param>
/// <param name="Scale">How many of them are after the point.</param>
public readonly record struct DuckDbDecimal(Int128 Unscaled, byte Scale) : IFormattable
{
    /// <summary>The digits a <see cref="decimal"/> has, trailing zeros included.</summary>
    public static implicit operator DuckDbDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var size = new Int128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        return new(decimal.IsNegative(value) ? -size : size, value.Scale);
    }

    /// <summary>The <see cref="decimal"/>; an <see cref="OverflowException"/> where it has too many digits.</summary>
    public static explicit operator decimal(DuckDbDecimal value) =>
        value.TryToDecimal(out var result) ? result : throw new OverflowException($"{value} has more digits than a decimal holds; read it as {nameof(DuckDbDecimal)} or as text.");

    /// <summary>The nearest double.</summary>
    public static explicit operator double(DuckDbDecimal value) => double.Parse(value.ToString(), CultureInfo.InvariantCulture);

    /// <summary>The whole number; an <see cref="InvalidCastException"/> where there is a fraction.</summary>
    public static explicit operator BigInteger(DuckDbDecimal value) => value.Whole;

    internal Int128 Whole
    {
        get
        {
            var (whole, rest) = Int128.DivRem(Unscaled, PowerOfTen(Scale));
            return rest == 0 ? whole : throw new InvalidCastException($"{this} is not a whole number.");
        }
    }

    /// <summary>Whether it is exactly a <see cref="decimal"/>, and which.</summary>
    public bool TryToDecimal(out decimal value)
    {
        var (unscaled, scale) = (Unscaled, Scale);
        while (!Fits(unscaled, scale) && scale > 0 && unscaled % 10 == 0)
            (unscaled, scale) = (unscaled / 10, (byte)(scale - 1));
        if (!Fits(unscaled, scale))
        {
            value = default;
            return false;
        }
        var size = (UInt128)Int128.Abs(unscaled);
        value = new((int)(uint)size, (int)(uint)(size >> 32), (int)(uint)(size >> 64), Int128.IsNegative(unscaled), scale);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var digits = Digits.PadLeft(Scale + 1, '0');
        var text = Scale == 0 ? digits : $"{digits[..^Scale]}.{digits[^Scale..]}";
        return Int128.IsNegative(Unscaled) ? $"-{text}" : text;
    }

    /// <summary>The same plain digits whatever is asked.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>How many digits it has, at least its scale and at least one.</summary>
    internal byte Width => (byte)Math.Max(Math.Max((int)Scale, 1), Digits.Length);

    /// <summary>All digits of the same value with <paramref name="scale"/> of them after the point, rounded half away from zero; none where they are too many.</summary>
    internal Int128? Rescale(byte scale)
    {
        var factor = PowerOfTen(Math.Abs(scale - Scale));
        if (scale >= Scale)
            return Unscaled <= Int128.MaxValue / factor && Unscaled >= Int128.MinValue / factor ? Unscaled * factor : null;
        var (whole, rest) = Int128.DivRem(Unscaled, factor);
        rest = Int128.Abs(rest);
        return whole + (rest >= factor - rest ? Int128.Sign(Unscaled) : 0); // twice the rest may be beyond 128 bits
    }

    internal static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }

    // The least of 128 bits has no opposite.
    string Digits => Unscaled.ToString(CultureInfo.InvariantCulture).TrimStart('-');

    static bool Fits(Int128 unscaled, byte scale) => scale <= 28 && (UInt128)Int128.Abs(unscaled) >> 96 == 0;
}
