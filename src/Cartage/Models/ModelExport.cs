using Cartage.Storage;

namespace Cartage.Models;

/// <summary>Where a model's rows are written to after every run that changed it: a zone, a path without extension that may hold the interval's dates, and formats.</summary>
public sealed record ModelExport(string Zone, string Path, IReadOnlyList<string> Formats, int Line)
{
    /// <summary>The zones rows can be written to.</summary>
    public static IReadOnlyList<string> Zones { get; } = ["processed", "reports", "inbox", "raw"];

    /// <summary>The formats there are; each is also its extension.</summary>
    public static IReadOnlyList<string> Known { get; } = ["csv", "parquet", "json", "ndjson"];

    /// <summary>The object's key without its extension; dates are those of the pipeline's time zone.</summary>
    public string KeyFor(Interval interval, TimeZoneInfo zone, IReadOnlyDictionary<string, string> variables)
    {
        var key = Template.RenderPath(Path, interval, zone, variables);
        return ObjectKey.Mistake(key) is { } mistake
            ? throw new PipelineException($"the export's path '{Path}' becomes '{key}', which no zone can hold: {mistake}", hint: "Correct 'path' in the model's header, or the variable in it.")
            : key;
    }
}
