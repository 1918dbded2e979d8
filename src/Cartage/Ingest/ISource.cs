namespace Cartage.Ingest;

/// <summary>A system rows come from.</summary>
public interface ISource
{
    /// <summary>What a feed's source hands over, each in its own format, in a stable order; a <see cref="PipelineException"/> when it cannot be reached.</summary>
    IAsyncEnumerable<Page> ReadAsync(Feed feed, CancellationToken ct);
}

/// <summary>What a source hands over at once: its name in the source, and a way to open its bytes.</summary>
public sealed record Page(string Name, Func<Stream> Open);
