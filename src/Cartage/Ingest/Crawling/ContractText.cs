using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cartage.Ingest.Crawling;

/// <summary>A contract as the user would write it.</summary>
public static partial class ContractText
{
    /// <summary>A feed file with this one feed.</summary>
    public static string Yaml(Feed feed)
    {
        StringBuilder yaml = new();
        yaml.Append("feeds:\n").Append($"  {Scalar(feed.Name)}:\n");
        yaml.Append($"    files: {(feed.Files is [var one] ? Quoted(one) : $"[{string.Join(", ", feed.Files.Select(Quoted))}]")}\n");
        if (feed.Format.Delimiter is { } delimiter)
            yaml.Append($"    delimiter: {Quoted(delimiter)}\n");
        if (feed.Format.Encoding is { } encoding)
            yaml.Append($"    encoding: {encoding}\n");
        if (feed.Format.Decimal is { } sign)
            yaml.Append($"    decimal: {Quoted(sign)}\n");
        if (!feed.Format.Header)
            yaml.Append("    header: false\n");
        if (feed.Format.Nulls.Count > 0)
            yaml.Append($"    nulls: [{string.Join(", ", feed.Format.Nulls.Select(Quoted))}]\n");
        if (feed.Key.Count > 0)
            yaml.Append($"    key: [{string.Join(", ", feed.Key.Select(Scalar))}]\n");
        yaml.Append("    columns:\n");
        foreach (var column in feed.Columns)
            yaml.Append($"      {Scalar(column.Name)}: {{ type: {(column.Type.Contains(',') ? Quoted(column.Type) : column.Type)}{(column.Format is { } format ? $", format: {Quoted(format)}" : "")}{(column.Required ? ", required: true" : "")} }}\n");
        return yaml.ToString();
    }

    /// <summary>What an inferred contract says otherwise than the one on disk, a sentence each.</summary>
    public static IEnumerable<string> Differences(Feed onDisk, Feed inferred)
    {
        if (onDisk.Format.Delimiter != inferred.Format.Delimiter)
            yield return $"delimiter: {onDisk.Format.Delimiter ?? "by the format"} there, {inferred.Format.Delimiter ?? "by the format"} in the files";
        if (onDisk.Format.Encoding != inferred.Format.Encoding)
            yield return $"encoding: {onDisk.Format.Encoding ?? "by the bytes"} there, {inferred.Format.Encoding ?? "by the bytes"} in the files";
        if (onDisk.Format.Decimal != inferred.Format.Decimal)
            yield return $"decimal: {onDisk.Format.Decimal ?? "as SQL writes numbers"} there, {inferred.Format.Decimal ?? "as SQL writes numbers"} in the files";
        if (onDisk.Format.Header != inferred.Format.Header)
            yield return $"header: {(onDisk.Format.Header ? "yes" : "no")} there, {(inferred.Format.Header ? "yes" : "no")} in the files";
        if (!onDisk.Key.SequenceEqual(inferred.Key))
            yield return $"key: {(onDisk.Key.Count == 0 ? "none" : string.Join(", ", onDisk.Key))} there, {(inferred.Key.Count == 0 ? "none" : string.Join(", ", inferred.Key))} in the files";
        foreach (var column in inferred.Columns)
            if (onDisk.Columns.FirstOrDefault(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) is not { } declared)
                yield return $"{column.Name}: not declared; {column.Type} in the files";
            else if (Contract.SqlType(declared.Type) != Contract.SqlType(column.Type))
                yield return $"{column.Name}: {declared.Type} there, {column.Type} in the files";
            else if (declared.Format != column.Format)
                yield return $"{column.Name}: written {declared.Format ?? "as SQL does"} there, {column.Format ?? "as SQL does"} in the files";
        foreach (var gone in onDisk.Columns.Where(c => inferred.Columns.All(i => !i.Name.Equals(c.Name, StringComparison.OrdinalIgnoreCase))))
            yield return $"{gone.Name}: declared, but in none of the files";
    }

    /// <summary>A text as YAML, in quotes where it needs them.</summary>
    public static string Scalar(string text) => Plain().IsMatch(text) && !Word().IsMatch(text) ? text : Quoted(text);

    // A JSON string is a YAML one.
    static string Quoted(string text) => JsonSerializer.Serialize(text, JsonTexts.Default.String);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Plain();

    [GeneratedRegex("^(y|n|yes|no|on|off|true|false|null|nan|inf)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Word();
}
