using Cartage.Models;

namespace Cartage.Projects;

/// <summary>dbt's selectors: a pipeline, a model, <c>pipeline.*</c>, <c>tag:x</c>.</summary>
public static class Selector
{
    /// <summary>The pipelines and models a selector means; without one, all; a <see cref="PipelineException"/> when it means nothing.</summary>
    public static IReadOnlyList<(Pipeline Pipeline, IReadOnlyList<Model> Models)> Select(Project project, string? selector)
    {
        if (selector is null)
            return [.. project.Pipelines.Select(p => (p, p.Models))];
        var bare = selector.Trim('+');
        List<(Pipeline, IReadOnlyList<Model>)> chosen = [];
        foreach (var pipeline in project.Pipelines)
        {
            var whole = pipeline.Name == bare || bare == pipeline.Name + ".*" || (bare.StartsWith("tag:", StringComparison.Ordinal) && pipeline.Tags.Contains(bare[4..]));
            var models = whole ? pipeline.Models
                : [.. pipeline.Models.Where(m => m.Name == bare || $"{pipeline.Name}.{m.Name}" == bare || (bare.StartsWith("tag:", StringComparison.Ordinal) && m.Tags.Contains(bare[4..])))];
            if (whole || models.Count > 0)
                chosen.Add((pipeline, models));
        }
        return chosen.Count > 0
            ? chosen
            : throw new PipelineException($"'{selector}' selects nothing", hint: $"There are the pipelines {string.Join(", ", project.Pipelines.Select(p => p.Name))}; 'cartage ls models' lists models.");
    }
}
