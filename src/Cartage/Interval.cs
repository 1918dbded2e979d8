namespace Cartage;

/// <summary>A half-open span of time, <c>[Start, End)</c>, in UTC.</summary>
public readonly record struct Interval(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>An instant as people type it, to the microsecond.</summary>
    public static string Text(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFFFF}Z";

    /// <inheritdoc/>
    public override string ToString() => $"[{Text(Start)}, {Text(End)})";
}
