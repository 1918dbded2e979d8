namespace Cartage;

/// <summary>The world failed: the message says where and what, the hint what to do next; transient failures are retried.</summary>
public sealed class PipelineException(string message, bool isTransient = false, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Whether trying again may help.</summary>
    public bool IsTransient => isTransient;

    /// <summary>Whether it is the data that is refused: the run ends rejected, not failed.</summary>
    public bool Rejects { get; init; }

    /// <summary>Whether it is what the user wrote or typed that is wrong, seen only when it is used.</summary>
    public bool IsMistake { get; init; }

    /// <summary>What the user can do about it.</summary>
    public string? Hint => hint;
}
