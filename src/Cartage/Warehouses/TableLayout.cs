namespace Cartage.Warehouses;

/// <summary>Where a table's rows lie on a warehouse of many nodes: the style or the column that spreads them (<c>even</c>, <c>all</c>, <c>auto</c> or <paramref name="DistKey"/>), the columns they are sorted by, and how columns are encoded. Other warehouses have no use for it.</summary>
public sealed record TableLayout(string? DistKey, string? DistStyle, IReadOnlyList<string> SortKey, IReadOnlyDictionary<string, string> Encodings);
