namespace Cartage.Host;

/// <summary>The command is wrong: what was typed, and what would be right.</summary>
sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to type instead.</summary>
    public string? Hint => hint;

    /// <summary>Whether what was named is not there.</summary>
    public bool NamesNothing { get; init; }
}
