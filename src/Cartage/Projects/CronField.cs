using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cartage.Projects;

/// <summary>What a cron field counts, from where to where, and the names its values have (the first is that of <paramref name="Least"/>).</summary>
sealed record CronKind(string Name, int Least, int Most, IReadOnlyList<string> Names);

/// <summary>One field of a cron expression: <c>*</c>, <c>*/15</c>, <c>5</c>, <c>1-5</c>, <c>9-17/2</c>, <c>mon-fri</c>, or a list of them.</summary>
sealed record CronField(IReadOnlyList<int> Values, bool IsOpen)
{
    public static readonly IReadOnlyList<CronKind> Kinds =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of month", 1, 31, []),
        new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new("day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    ];

    public bool Has(int value) => Values.Contains(value);

    public static bool TryParse(string text, CronKind kind, [NotNullWhen(true)] out CronField? field, [NotNullWhen(false)] out string? mistake)
    {
        field = null;
        SortedSet<int> values = [];
        foreach (var item in text.Split(','))
            if (Item(item, kind) is { } found)
                values.UnionWith(found);
            else
            {
                mistake = $"'{item}' is no {kind.Name}: write *, */n, a number from {kind.Least} to {kind.Most}{(kind.Names.Count > 0 ? $", a name such as {kind.Names[1]}" : "")}, a range a-b or a list";
                return false;
            }
        if (kind.Most == 7 && values.Remove(7))
            values.Add(0); // Sunday has two numbers
        (field, mistake) = (new([.. values], text.StartsWith('*')), null);
        return true;
    }

    static IEnumerable<int>? Item(string text, CronKind kind)
    {
        var (range, step) = text.Split('/') switch
        {
            [var all] => (all, 1),
            [var all, var each] => (all, Number(each) ?? 0),
            _ => ("", 0),
        };
        var bounds = range.Split('-') switch
        {
            ["*"] => ((int?)kind.Least, (int?)(kind.Most == 7 ? 6 : kind.Most)),
            [var one] => (Value(one, kind), text.Contains('/') ? kind.Most : Value(one, kind)),
            [var least, var most] => (Value(least, kind), Value(most, kind)),
            _ => (null, null),
        };
        return step < 1 || bounds is not (int from, int to) || from > to ? null : Enumerable.Range(from, to - from + 1).Where(n => (n - from) % step == 0);
    }

    static int? Value(string text, CronKind kind) =>
        kind.Names.ToList().FindIndex(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var index ? kind.Least + index
        : Number(text) is { } n && n >= kind.Least && n <= kind.Most ? n
        : null;

    static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
