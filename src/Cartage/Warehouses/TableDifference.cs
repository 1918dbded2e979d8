namespace Cartage.Warehouses;

/// <summary>What tells two tables apart; <paramref name="Shape"/> says in words which columns came, went or changed their type.</summary>
public sealed record TableDifference(string Table, long Before, long After, long Added, long Removed, long Changed, IReadOnlyList<ColumnDifference> Columns, IReadOnlyList<string> Shape)
{
    /// <summary>Whether there is any.</summary>
    public bool Any => Added + Removed + Changed > 0 || Shape.Count > 0;
}

/// <summary>How many rows have another value in a column, with one of them: its key, what it was and what it is.</summary>
public sealed record ColumnDifference(string Column, long Rows, string Key, string? Before, string? After);
