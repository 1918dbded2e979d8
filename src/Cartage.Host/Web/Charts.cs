using Cartage.Host.Output;
using Cartage.Runs;

namespace Cartage.Host.Web;

/// <summary>What the charts show, as the JSON that the page's script draws: x are instants, y numbers.</summary>
static class Charts
{
    /// <summary>Seconds of each run by when it started, coloured by how it ended.</summary>
    public static string Durations(IReadOnlyList<RunResult> runs) =>
        Text("bar", "seconds", runs.Where(x => !Say.IsOpen(x.State)).OrderBy(x => x.RunId, StringComparer.Ordinal).Select(x => (Say.At(x.StartedAt), Math.Round(x.Took.TotalSeconds, 3), Say.Tone(x.State), Links.Run(x.RunId))));

    /// <summary>A number of a table over its runs.</summary>
    public static string Line(string unit, IEnumerable<(DateTimeOffset At, double Value)> points) => Text("line", unit, points.Select(x => (Say.At(x.At), x.Value, "blue", "")));

    static string Text(string kind, string unit, IEnumerable<(string Label, double Value, string Tone, string Href)> points)
    {
        var all = points.ToList();
        return Cell.Json(new Dictionary<string, object?>
        {
            ["kind"] = kind, ["unit"] = unit,
            ["labels"] = all.Select(x => x.Label), ["values"] = all.Select(x => x.Value), ["tones"] = all.Select(x => x.Tone), ["hrefs"] = all.Select(x => x.Href),
        });
    }
}
