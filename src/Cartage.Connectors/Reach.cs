namespace Cartage.Connectors;

/// <summary>How a look at something in the outside world went: where it is (without passwords), what answered, or what is wrong and what to do.</summary>
public sealed record Reach(string Name, string Type, string Place)
{
    /// <summary>Whether it answered and lets us in.</summary>
    public bool IsReached { get; init; }

    /// <summary>What it says it is.</summary>
    public string? Version { get; init; }

    /// <summary>What is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do.</summary>
    public string? Hint { get; init; }
}
