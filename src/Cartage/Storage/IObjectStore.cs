namespace Cartage.Storage;

/// <summary>A folder or bucket of whole objects, named by keys with <c>/</c> between their parts (<see cref="ObjectKey"/>); its text says where it is.</summary>
public interface IObjectStore
{
    /// <summary>Writes a whole object: readers see all of it or none.</summary>
    ValueTask PutAsync(string key, Stream content, CancellationToken ct);

    /// <summary>The objects whose key starts with <paramref name="prefix"/>, by key in ordinal order.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken ct);

    /// <summary>A local file with the object's bytes; a <see cref="PipelineException"/> where there is no such object.</summary>
    ValueTask<LocalCopy> FetchAsync(string key, CancellationToken ct);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    ValueTask DeleteAsync(string key, CancellationToken ct);
}

/// <summary>An object's key, size in bytes and last change.</summary>
public sealed record StoredObject(string Key, long Bytes, DateTimeOffset Modified)
{
    /// <summary>What is another whenever the content is, where the store knows without reading it.</summary>
    public string? Tag { get; init; }
}
