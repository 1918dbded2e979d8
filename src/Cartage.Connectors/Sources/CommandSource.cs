using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Cartage.Ingest;
using Cartage.Projects;

namespace Cartage.Connectors.Sources;

/// <summary>A program that writes a JSON object a line to its standard output; what it writes to its standard error is told as it comes, and where it fails nothing of it is landed.</summary>
sealed class CommandSource(Project project, TimeProvider clock) : ISource
{
    readonly Resolver _resolver = new(project.Root, project.Variables);

    /// <inheritdoc/>
    public int Parallelism => 1;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Page> ReadAsync(Extraction extraction, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var feed = extraction.Feed;
        var interval = $"{Time(extraction.Interval.Start)}_{Time(extraction.Interval.End)}".Replace(":", "", StringComparison.Ordinal);
        var name = feed.ReadsOnward ? $"{interval}/output.ndjson.gz" : "output.ndjson.gz";
        if (feed.ReadsOnward && !extraction.FullRefresh && extraction.From is null && extraction.Landed.Any(m => m.Source == name))
            yield break;
        yield return new(name, _ => ValueTask.FromResult<Stream>(Start(extraction))) { Pack = true };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    CommandOutput Start(Extraction extraction)
    {
        var feed = extraction.Feed;
        List<string> words = [.. feed.Command.Select(w => _resolver.Resolve(w, feed.File, feed.Line))];
        var program = words[0];
        var start = new ProcessStartInfo(program.Contains('/') ? Path.GetFullPath(program, project.Root) : program, words.Skip(1))
        {
            WorkingDirectory = project.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["CARTAGE_PIPELINE"] = feed.Pipeline;
        start.Environment["CARTAGE_FEED"] = feed.Name;
        start.Environment["CARTAGE_START"] = Time(extraction.Interval.Start);
        start.Environment["CARTAGE_END"] = Time(extraction.Interval.End);
        start.Environment.Remove("CARTAGE_FAILPOINT");
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new(process, $"{feed.File}:{feed.Line}: the command of '{feed.Name}' ({program})", feed.CommandTimeout, extraction.Notes, clock);
        }
        catch (Win32Exception e)
        {
            throw new PipelineException($"{feed.File}:{feed.Line}: the command of '{feed.Name}' cannot be started: {program}: {e.Message}", hint: "Check the path (a name with '/' is looked for from the project's folder) and that it may be executed.", inner: e);
        }
    }

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
