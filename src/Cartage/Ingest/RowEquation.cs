namespace Cartage.Ingest;

/// <summary>Where the rows of one feed in one run went; <paramref name="Read"/> is counted independently of the rest.</summary>
public sealed record RowEquation(string Feed, long Read, long Inserted, long Updated, long Deleted, long Unchanged, long Superseded, long Dropped, long Quarantined)
{
    /// <summary>Whether every row read is accounted for.</summary>
    public bool Holds => Read == Inserted + Updated + Deleted + Unchanged + Superseded + Dropped + Quarantined;
}
