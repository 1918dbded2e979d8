namespace Cartage.Storage;

/// <summary>The stores a project keeps its objects in.</summary>
public sealed record Zones(IObjectStore Raw, IObjectStore Processed, IObjectStore Reports);
