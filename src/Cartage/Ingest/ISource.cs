using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>A system rows come from, opened for one run: what its feeds read is of one moment where the system can do that.</summary>
public interface ISource : IAsyncDisposable
{
    /// <summary>How many of a feed's pages may be on their way at once; with one, each is landed before the next is asked for.</summary>
    int Parallelism { get; }

    /// <summary>What the source has for a feed that is not landed yet, each page in its own format; a <see cref="PipelineException"/> when it cannot be reached or refuses.</summary>
    IAsyncEnumerable<Page> ReadAsync(Extraction extraction, CancellationToken ct);

    /// <summary>Runs a script that prepares the system, all of it or nothing; most systems have none.</summary>
    Task SetUpAsync(SetupScript script, CancellationToken ct) =>
        throw new PipelineException($"{script.File}:1: '{script.Connection}' is not a system that a script can prepare", hint: "A connection of type postgres is; 'cartage run --env NAME' takes the connections of an environment.");
}

/// <summary>What a source must know to hand over a feed: the run's interval, and what has landed, by object; the newest of these is the bookmark.</summary>
public sealed record Extraction(Feed Feed, Interval Interval, IReadOnlyList<Manifest> Landed)
{
    /// <summary>Whether everything is asked for again.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>The start a person asked for, from where what has landed is asked for again.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The end a person asked for, which is not included.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>What a person accepts this once.</summary>
    public IReadOnlySet<string> Accept { get; init; } = new HashSet<string>();

    /// <summary>The rows that are loaded already.</summary>
    public required LoadedRows Loaded { get; init; }

    /// <summary>What has landed of the feed that this one is asked for by.</summary>
    public LandedRows? Parent { get; init; }

    /// <summary>Takes what the run's summary must say, such as a bound that is not certain.</summary>
    public IProgress<string>? Warnings { get; init; }

    /// <summary>Takes what is worth telling while it reads, such as that it goes on where an earlier run ended.</summary>
    public IProgress<string>? Notes { get; init; }
}

/// <summary>What a source hands over at once. <paramref name="Name"/> is its identity in the feed and orders its pages by time; the bytes can be had once and need not be seekable.</summary>
public sealed record Page(string Name, Func<CancellationToken, ValueTask<Stream>> OpenAsync)
{
    /// <summary>The source's bookmark where the page begins; text only the source understands.</summary>
    public string? CursorBefore { get; init; }

    /// <summary>The source's bookmark where the page ends.</summary>
    public string? CursorAfter { get; init; }

    /// <summary>The columns and their portable types, where the source knows them: its bytes are then CSV with a header in which only an unquoted empty field is NULL.</summary>
    public IReadOnlyList<Column>? Columns { get; init; }

    /// <summary>How many rows the source says it holds.</summary>
    public long? Rows { get; init; }

    /// <summary>Whether its bytes come plain and are kept with gzip, as its name then says.</summary>
    public bool Pack { get; init; }

    /// <summary>Whether its rows are the keys of rows that are gone from the source, with <c>_deleted_at</c>.</summary>
    public bool Deletes { get; init; }

    /// <summary>The SHA-256 of a content that need not be landed again.</summary>
    public string? Unless { get; init; }

    /// <summary>Whether it need not be landed when it holds no row.</summary>
    public bool OmitEmpty { get; init; }

    /// <summary>Where an API's answer has its rows, as names with dots between; its bytes are then JSON.</summary>
    public string? RowsAt { get; init; }

    /// <summary>The names that its rows have.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>Columns that hold the same for every row.</summary>
    public IReadOnlyDictionary<string, string>? Constants { get; init; }
}
