namespace Cartage;

/// <summary>One mistake in the user's files, shown as <c>file:line: message. Hint</c>; <paramref name="File"/> is relative to the project and <paramref name="Line"/> 1-based.</summary>
public sealed record Finding(string File, int Line, string Message, string? Hint = null)
{
    /// <inheritdoc/>
    public override string ToString() => Hint is null ? $"{File}:{Line}: {Message}" : $"{File}:{Line}: {Message}{(Message[^1] is '.' or '?' or '!' ? "" : ".")} {Hint}";
}
