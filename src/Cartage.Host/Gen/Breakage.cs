using System.Diagnostics;
using System.Text;

namespace Cartage.Host.Gen;

/// <summary>A line as it is after a fault, the reason it will be set aside for, the column that is to blame, and the key if it can still be read.</summary>
sealed record Breakage(byte[] Line, string Reason, string? Column, string? Key)
{
    static readonly string[] Dates = ["2018-02-30", "not a date", "2018-13-01", "31/31/2018", "soon"];
    static readonly string[] Numbers = ["abc", "1.2.3", "two", "n/a", "--", "$1"];

    /// <summary>Breaks a line that has no quotes.</summary>
    public static Breakage Of(Fault fault, DirtyFeed feed, string[] header, string line, Dice dice)
    {
        var values = line.Split(',');
        var column = feed.Faults[fault] is { Length: > 0 } columns ? dice.Of(columns) : null;
        var at = Array.IndexOf(header, column);
        Breakage Value(string value, string reason)
        {
            values[at] = value;
            return new(Encoding.UTF8.GetBytes(string.Join(',', values)), reason, column, KeyOf(feed, header, values));
        }
        Breakage Structure(string text, string reason) => new(Encoding.Latin1.GetBytes(text), reason, null, null);
        string With(string value) => string.Join(',', values.Select((v, i) => i == at ? value : v));
        return fault switch
        {
            Fault.Missing => Value(dice.Of(feed.Nothing), "required"),
            Fault.BadDate => Value(dice.Of(Dates), "type"),
            Fault.BadNumber => Value(dice.Of(Numbers), "type"),
            Fault.UnknownReference => Value($"{999_000_000 + dice.Roll(900_000)}", "unknown_reference"),
            Fault.KeyConflict => Second(feed, header, values),
            Fault.ExactDuplicate => new(Encoding.UTF8.GetBytes(line), "exact_duplicate", null, KeyOf(feed, header, values)),
            Fault.TooFewColumns => Structure(string.Join(',', values[..^1]), "columns"),
            Fault.TooManyColumns => Structure($"{line},{values[^1]}", "columns"),
            Fault.UnclosedQuote => Structure(With('"' + values[at]), "unclosed_quote"),
            Fault.Latin1 => Structure(With(values[at] + dice.Of(["é", "£", "ü"])), "encoding"),
            Fault.Nul => Structure(With(values[at] + '\0'), "nul"),
            _ => throw new UnreachableException(),
        };
    }

    public static string KeyOf(DirtyFeed feed, string[] header, string[] values) => string.Join(',', feed.Key.Select(k => values[Array.IndexOf(header, k)]));

    static Breakage Second(DirtyFeed feed, string[] header, string[] values)
    {
        var at = Array.IndexOf(header, feed.Conflict.Column);
        values[at] = feed.Conflict.Change(values[at]);
        return new(Encoding.UTF8.GetBytes(string.Join(',', values)), "key_conflict", null, KeyOf(feed, header, values));
    }
}
