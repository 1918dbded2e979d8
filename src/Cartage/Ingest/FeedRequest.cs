using Cartage.Models;

namespace Cartage.Ingest;

/// <summary>What an API is asked for a feed; texts may hold references, <c>{{ start }}</c>, <c>{{ end:format }}</c> and <c>{{ each.name }}</c>.</summary>
public sealed record FeedRequest(string Path)
{
    /// <summary>The parameters of every request.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Values that requests are repeated for, every one with every other; each becomes a parameter and a column of its name.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Each { get; init; } = [];

    /// <summary>The feed whose rows requests are repeated for.</summary>
    public RowsOf? EachOf { get; init; }

    /// <summary>How the next page is found; null where one answer is all there is.</summary>
    public Paging? Pages { get; init; }

    /// <summary>Where the rows may be in an answer, as names with dots between; the first that is there counts. None: the answer itself.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>Columns that hold the same for every row of an answer.</summary>
    public IReadOnlyDictionary<string, string> Added { get; init; } = new Dictionary<string, string>();

    /// <summary>What an answer stands for: asked again for every day, or for every hour.</summary>
    public Repeat Once { get; init; } = Repeat.Day;

    /// <summary>Whether it says which interval it asks about.</summary>
    public bool IsOfInterval => Texts.SelectMany(Template.Names).Any(n => n is "start" or "end");

    /// <summary>The texts that may hold placeholders.</summary>
    public IEnumerable<string> Texts => Parameters.Values.Concat(Added.Values).Append(Path);

    /// <summary>Whether an answer "not found" stands for no rows.</summary>
    public bool MayBeMissing { get; init; }
}

/// <summary>How often everything is asked for.</summary>
public enum Repeat { Day, Hour }

/// <summary>The rows of another feed, by these columns.</summary>
public sealed record RowsOf(string Feed, IReadOnlyList<string> Columns);

/// <summary>How the next page is named.</summary>
public enum PageBy { Page, Offset, Cursor, Link, Next }

/// <summary>How pages follow one another: <paramref name="Parameter"/> carries the page's number, offset or cursor; <paramref name="At"/> is where an answer has the next cursor or address.</summary>
public sealed record Paging(PageBy By, string Parameter, string? At)
{
    /// <summary>The first page's number or offset.</summary>
    public int First { get; init; }

    /// <summary>The parameter that asks for so many rows a page.</summary>
    public (string Name, int Rows)? Size { get; init; }

    /// <summary>Where an answer says how many pages there are.</summary>
    public string? Last { get; init; }

    /// <summary>The most pages of one sequence.</summary>
    public int? Most { get; init; }
}
