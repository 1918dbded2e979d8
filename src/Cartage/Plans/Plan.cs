using Cartage.Ingest;
using Cartage.Models;
using Cartage.Projects;

namespace Cartage.Plans;

/// <summary>One thing a run will do and why; a closed set.</summary>
public abstract record PlannedTask(string Name, string Why)
{
    /// <summary>Source to raw zone.</summary>
    public sealed record Extract(Feed Feed, string Why) : PlannedTask(Feed.Name, Why);

    /// <summary>A script that prepares a source, only ever run by hand.</summary>
    public sealed record SetUp(SetupScript Script, string Why) : PlannedTask(Script.Name, Why);

    /// <summary>Raw zone to base table; <paramref name="Mixed"/> says that rows of an older contract stay in it.</summary>
    public sealed record Load(Feed Feed, bool Mixed, string Why) : PlannedTask(Feed.Name, Why);

    /// <summary>A model to its table; unless <paramref name="Certain"/>, only if what it reads changes.</summary>
    public sealed record Build(Model Model, bool Certain, string Why) : PlannedTask(Model.Name, Why);
}

/// <summary>What a run of one pipeline will do, in order; <paramref name="Swap"/> says that every table is built anew and swapped in.</summary>
public sealed record Plan(Pipeline Pipeline, Interval Interval, bool Swap, IReadOnlyList<PlannedTask> Tasks)
{
    /// <summary>The models it builds, in order.</summary>
    public IReadOnlyList<PlannedTask.Build> Builds => [.. Tasks.OfType<PlannedTask.Build>()];

    /// <summary>Works out a plan from what the user wrote and what the warehouse holds; pure.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="models">Its models in dependency order, those the selection left out removed.</param>
    /// <param name="feeds">Its feeds, parents first, those the selection left out removed.</param>
    /// <param name="known">What the warehouse holds: model name → definition it was built from.</param>
    /// <param name="contracts">Feed → the contract all of its rows were last loaded under.</param>
    /// <param name="loaded">The feeds that have a base table.</param>
    /// <param name="interval">The run's interval.</param>
    /// <param name="fullRefresh">Whether everything is rebuilt.</param>
    public static Plan For(
        Pipeline pipeline,
        IReadOnlyList<Model> models,
        IReadOnlyList<Feed> feeds,
        IReadOnlyDictionary<string, string> known,
        IReadOnlyDictionary<string, string> contracts,
        IReadOnlySet<string> loaded,
        Interval interval,
        bool fullRefresh
    )
    {
        var swap = fullRefresh || (known.Count == 0 && loaded.Count == 0);
        return new(
            pipeline,
            interval,
            swap,
            [
                .. feeds.Select(f => new PlannedTask.Extract(f, ExtractReason(f))),
                .. feeds.Select(f => new PlannedTask.Load(f, IsMixed(f), LoadReason(f))),
                .. models.Select(m => BuildTask(m)),
            ]
        );

        bool IsMixed(Feed feed) => !swap && loaded.Contains(feed.Name) && contracts.GetValueOrDefault(feed.Name, feed.Definition) != feed.Definition;

        string LoadReason(Feed feed) =>
            fullRefresh ? "full refresh: every landed object again"
            : IsMixed(feed) ? "objects that are not loaded yet; its contract changed, and the rows it has stay as they are (cartage replay)"
            : loaded.Contains(feed.Name) ? "objects that are not loaded yet"
            : "first load";

        PlannedTask.Build BuildTask(Model model) =>
            fullRefresh ? new(model, true, "full refresh")
            : !known.TryGetValue(model.Name, out var definition) ? new(model, true, "never built")
            : definition == Stale ? new(model, true, "what it reads changed while it was left out")
            : definition != Definition(model) ? new(model, true, "its definition changed")
            : new(model, false, "only if what it reads changes");
    }

    /// <summary>A plan that runs a pipeline's setup and nothing else.</summary>
    public static Plan ForSetup(Pipeline pipeline, Interval interval) =>
        new(pipeline, interval, false, [.. pipeline.Setup.Select(s => new PlannedTask.SetUp(s, s.Description ?? $"prepares {s.Connection}"))]);

    /// <summary>Why a feed's source is asked.</summary>
    public static string ExtractReason(Feed feed) => feed.Connection is { } connection ? $"to see what {connection} has that is not landed" : "to see whether its files changed";

    /// <summary>In the place of a definition: the table no longer follows from what it reads.</summary>
    public const string Stale = "stale";

    /// <summary>What a model's table was built from, as text to compare: SQL, materialization and look-ups.</summary>
    public static string Definition(Model model) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(
                System.Text.Encoding.UTF8.GetBytes(
                    $"1|{model.Sql}|{Describe(model.Materialization)}|{string.Join(',', model.Dimensions)}"
                )
            )
        )[..16];

    static string Describe(Materialization materialization) =>
        materialization switch
        {
            Materialization.FullTable t => $"table {string.Join(',', t.Key)}",
            Materialization.Merge m => $"merge {string.Join(',', m.Key)}",
            _ => materialization.ToString(),
        };
}
