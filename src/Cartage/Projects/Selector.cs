using Cartage.Models;

namespace Cartage.Projects;

/// <summary>dbt's selectors: a pipeline, a model, <c>pipeline.*</c>, <c>tag:x</c>, <c>status:failed</c>; a <c>+</c> before a model adds what it reads, one after it what reads it.</summary>
public static class Selector
{
    /// <summary>What follows a pipeline's name to mean the scripts that prepare its sources.</summary>
    public const string Setup = ".setup";

    const string Status = "status:";

    /// <summary>The pipelines and models a selector means; without one, all; a <see cref="PipelineException"/> when it means nothing.</summary>
    /// <param name="project">The project.</param>
    /// <param name="selector">What was typed.</param>
    /// <param name="reads">The names each model of a pipeline reads.</param>
    /// <param name="ended">How a pipeline's newest run ended, as a selector says it.</param>
    public static async Task<IReadOnlyList<(Pipeline Pipeline, IReadOnlyList<Model> Models)>> SelectAsync(
        Project project, string? selector, Func<Pipeline, Task<IReadOnlyDictionary<string, IReadOnlyList<string>>>> reads, Func<Pipeline, Task<string?>> ended)
    {
        if (selector is null)
            return [.. project.Pipelines.Select(p => (p, p.Models))];
        var (above, below) = (selector.StartsWith('+'), selector.EndsWith('+'));
        var bare = selector.Trim('+');
        List<(Pipeline, IReadOnlyList<Model>)> chosen = [];
        foreach (var pipeline in project.Pipelines)
        {
            var isWhole = bare.StartsWith(Status, StringComparison.Ordinal) ? await ended(pipeline) == bare[Status.Length..] : IsWhole(pipeline, bare);
            var named = pipeline.Models.Where(m => isWhole || Means(pipeline, m, bare)).Select(m => m.Name).ToHashSet();
            if (named.Count > 0 && (above || below))
                named = Extend(named, await reads(pipeline), above, below);
            if (named.Count > 0 || isWhole)
                chosen.Add((pipeline, [.. pipeline.Models.Where(m => named.Contains(m.Name))]));
        }
        return chosen.Count > 0 ? chosen : throw Nothing(project, selector, bare);
    }

    static bool IsWhole(Pipeline pipeline, string bare) => bare == pipeline.Name || bare == pipeline.Name + ".*" || (bare.StartsWith("tag:", StringComparison.Ordinal) && pipeline.Tags.Contains(bare[4..]));

    static bool Means(Pipeline pipeline, Model model, string bare) =>
        bare == model.Name || bare == $"{pipeline.Name}.{model.Name}" || (bare.StartsWith("tag:", StringComparison.Ordinal) && model.Tags.Contains(bare[4..]));

    static HashSet<string> Extend(HashSet<string> named, IReadOnlyDictionary<string, IReadOnlyList<string>> reads, bool above, bool below)
    {
        HashSet<string> all = [.. named];
        if (above)
            all.UnionWith(Reach(named, n => reads.GetValueOrDefault(n, [])));
        if (below)
            all.UnionWith(Reach(named, n => reads.Where(r => r.Value.Contains(n)).Select(r => r.Key)));
        return all;
    }

    static HashSet<string> Reach(IEnumerable<string> from, Func<string, IEnumerable<string>> next)
    {
        HashSet<string> seen = [];
        Queue<string> open = new(from);
        while (open.TryDequeue(out var name))
            foreach (var other in next(name).Where(seen.Add))
                open.Enqueue(other);
        return seen;
    }

    static PipelineException Nothing(Project project, string selector, string bare) =>
        new(
            $"'{selector}' selects nothing",
            hint: bare.EndsWith(Setup, StringComparison.Ordinal) ? $"Scripts that prepare a source are in pipelines/{bare[..^Setup.Length]}/setup; there are none."
                : bare.StartsWith(Status, StringComparison.Ordinal) ? "No pipeline's newest run ended so; a run ends succeeded, quarantined, rejected, failed or cancelled."
                : Spelling.Suggest(bare, project.Pipelines.SelectMany(p => p.Models.Select(m => m.Name).Append(p.Name)))
                ?? $"There are the pipelines {string.Join(", ", project.Pipelines.Select(p => p.Name))}; 'cartage ls models' lists models."
        )
        { IsMistake = true };
}
