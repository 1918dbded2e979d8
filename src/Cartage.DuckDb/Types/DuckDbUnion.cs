namespace Cartage.DuckDb;

/// <summary>A value of a UNION with the name of the member it is.</summary>
public readonly record struct DuckDbUnion(string Tag, object? Value);
