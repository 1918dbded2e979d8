using System.Collections.Concurrent;
using System.Globalization;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Triggers;

/// <summary>Looks whether what a pipeline waits for is there.</summary>
public sealed class Sensors(Func<Workspace> workspace, Func<Project, string, IObjectStore> openBucket)
{
    readonly ConcurrentDictionary<string, IObjectStore> _buckets = [];

    /// <summary>What is looked for, in words: a place or a query, with the interval's times in it.</summary>
    public static string Describe(WaitFor wait, Interval interval) => wait.Object is { } item ? Filled(item, interval) : wait.Query!.ReplaceLineEndings(" ").Trim();

    /// <summary>Whether it is there now.</summary>
    public async Task<bool> IsThereAsync(Pipeline pipeline, WaitFor wait, Interval interval, CancellationToken ct)
    {
        var project = workspace().Project;
        if (wait.Query is { } query)
            return await AnswersAsync(Template.Render(query, interval, project.Variables, ""), ct);
        var place = Places.Of(project, Filled(wait.Object!, interval), pipeline.File, wait.Line);
        return Places.IsLocal(place) ? IsFile(place) : await IsObjectAsync(project, place, ct);
    }

    async Task<bool> AnswersAsync(string query, CancellationToken ct)
    {
        await using var connection = await workspace().Warehouse.OpenAsync(ct);
        return await connection.ScalarAsync<object>(query, ct) switch
        {
            null => false,
            bool yes => yes,
            string text => text.Length > 0,
            IConvertible number => Convert.ToDouble(number, CultureInfo.InvariantCulture) != 0,
            _ => true,
        };
    }

    async Task<bool> IsObjectAsync(Project project, string place, CancellationToken ct)
    {
        var store = _buckets.GetOrAdd(place.Split('/')[2], _ => openBucket(project, place));
        var (key, matches) = (place.Split('/', 4)[3], Glob.Of(place.Split('/', 4)[3]));
        await foreach (var item in store.ListAsync(Glob.IsPattern(key) ? Glob.Folder(key) : key, ct))
            if (matches.IsMatch(item.Key))
                return true;
        return false;
    }

    static bool IsFile(string place)
    {
        if (!Glob.IsPattern(place))
            return File.Exists(place);
        var matches = Glob.Of(place);
        return Directory.Exists(Glob.Folder(place)) && Directory.EnumerateFiles(Glob.Folder(place), "*", SearchOption.AllDirectories).Any(matches.IsMatch);
    }

    static string Filled(string text, Interval interval) =>
        Template.Fill(text, (name, format) => name is "start" or "end" ? (name == "start" ? interval.Start : interval.End).UtcDateTime.ToString(format.Length > 0 ? format : "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : throw Template.NoValue(name, "What is waited for can hold start and end."));
}
