namespace Cartage;

/// <summary>A half-open span of time, <c>[Start, End)</c>, in UTC.</summary>
public readonly record struct Interval(DateTimeOffset Start, DateTimeOffset End)
{
    /// <inheritdoc/>
    public override string ToString() => $"[{Start.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}, {End.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ})";
}
