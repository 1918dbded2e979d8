namespace Cartage.Ingest;

/// <summary>What came in at the door: rows read (counted apart from the tables), rows dropped, warnings by rule, and objects that cannot be read.</summary>
public sealed record DoorResult(long Read, long Dropped, IReadOnlyList<string> Warnings, IReadOnlyList<(Manifest Object, string Reason)> Unreadable)
{
    internal DoorResult Plus(DoorResult other) =>
        new(Read + other.Read, Dropped + other.Dropped, [.. Warnings, .. other.Warnings], [.. Unreadable, .. other.Unreadable]);
}
