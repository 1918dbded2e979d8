namespace Cartage.Projects;

/// <summary>What people are told of.</summary>
public enum NoticeKind { Failed, Rejected, Quarantined, Recovered, Overdue, Succeeded }

/// <summary>Of what, and through which connections, people are told.</summary>
public sealed record NotifyRule(IReadOnlySet<NoticeKind> On, IReadOnlyList<string> Via, int Line)
{
    /// <summary>What is told where nothing is said: all but plain success.</summary>
    public static readonly IReadOnlySet<NoticeKind> Usual = Enum.GetValues<NoticeKind>().Where(k => k != NoticeKind.Succeeded).ToHashSet();
}

/// <summary>How notices are sent, for all pipelines; a pipeline's own rule stands instead of <paramref name="Rule"/>.</summary>
public sealed record NotificationSettings(NotifyRule? Rule = null)
{
    /// <summary>How long the same notice is not sent again.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How long notices are collected into one message.</summary>
    public TimeSpan Digest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How late a scheduled run may be before that is told.</summary>
    public TimeSpan OverdueAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The address people reach the server at, for links.</summary>
    public string? Link { get; init; }
}

/// <summary>How events from outside prove themselves: a key, or a topic of SNS that signs them; either may be an unresolved reference.</summary>
public sealed record EventSettings(string? Key, string? Topic, int Line);
