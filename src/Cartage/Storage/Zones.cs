namespace Cartage.Storage;

/// <summary>The stores a project keeps its objects in; <paramref name="Readable"/> are the folders their local copies can be in.</summary>
public sealed record Zones(IObjectStore Inbox, IObjectStore Raw, IObjectStore Processed, IObjectStore Reports, IReadOnlyList<string> Readable) : IDisposable
{
    /// <summary>The stores by the names they have in <c>project.yml</c>.</summary>
    public IReadOnlyDictionary<string, IObjectStore> ByName { get; } = new Dictionary<string, IObjectStore> { ["inbox"] = Inbox, ["raw"] = Raw, ["processed"] = Processed, ["reports"] = Reports };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in ByName.Values.OfType<IDisposable>())
            store.Dispose();
    }
}
