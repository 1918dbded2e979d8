using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Cartage.Projects;

namespace Cartage.Alerts;

/// <summary>One thing to tell people: what happened to a pipeline, counts, the first error, what to type next and where to look.</summary>
public sealed partial record Notice(NoticeKind Kind, string Pipeline, string? Run, DateTimeOffset At, string Title)
{
    /// <summary>Counts, one to a line.</summary>
    public IReadOnlyList<string> Facts { get; init; } = [];

    /// <summary>What went wrong first.</summary>
    public string? Error { get; init; }

    /// <summary>What to do, such as a command.</summary>
    public string? Next { get; init; }

    /// <summary>Where to look.</summary>
    public string? Link { get; init; }

    /// <summary>What is the same about notices that say the same: numbers apart, times and ids aside.</summary>
    public string Key => $"{Pipeline}/{Kind}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Numbers().Replace(Error ?? Title, "#"))))[..16]}";

    [GeneratedRegex(@"\d{8}T\d{6}Z-\w{4}|\d+")]
    private static partial Regex Numbers();
}
