using System.Text;

namespace Cartage.Alerts;

/// <summary>What is sent: one notice, or several in one; <paramref name="Repeats"/> is how often each was left unsaid since it was last sent.</summary>
public sealed record Message(string Project, IReadOnlyList<Notice> Notices, IReadOnlyList<int> Repeats)
{
    /// <summary>A message of one notice.</summary>
    public static Message Of(string project, Notice notice) => new(project, [notice], [0]);

    /// <summary>One line that says what it is about.</summary>
    public string Subject =>
        OneLine(Notices is [var only] ? $"[{Project}] {only.Title}" : $"[{Project}] {Notices.Count} notices: {string.Join("; ", Notices.GroupBy(n => n.Kind).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"))}");

    /// <summary>All of it as plain text.</summary>
    public string Text => string.Join("\n\n", Notices.Zip(Repeats, (n, times) => Block(n, times))) + "\n";

    static string Block(Notice notice, int times)
    {
        var text = new StringBuilder(notice.Title);
        if (notice.Error is { } error)
            text.Append('\n').Append(error);
        foreach (var fact in notice.Facts)
            text.Append("\n  ").Append(fact);
        if (times > 0)
            text.Append($"\n  the same {times} more {(times == 1 ? "time" : "times")} since the last message");
        if (notice.Next is { } next)
            text.Append("\nNext: ").Append(next);
        if (notice.Run is { } run)
            text.Append("\nRun: ").Append(run);
        if (notice.Link is { } link)
            text.Append('\n').Append(link);
        return text.ToString();
    }

    static string OneLine(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c).Take(200)]);
}
