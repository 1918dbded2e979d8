using Cartage.Ingest;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>The names of a project's checks and rules, as they are typed.</summary>
public static class RuleNames
{
    /// <summary>That a table is built anew although objects it was built from are gone.</summary>
    public const string RawRetention = "raw_retention";

    static readonly string[] Everywhere = ["type", "unknown_reference"];

    /// <summary>The checks on what models return: those that can be accepted.</summary>
    public static IReadOnlyList<string> Checks(Project project) =>
        [.. project.Pipelines.SelectMany(p => p.Models.SelectMany(m => m.Checks).Concat(p.Checks)).Select(c => c.Name).Distinct(), .. project.Pipelines.SelectMany(p => p.Feeds).Where(f => f.Deletes is not null || (f.Relation ?? f.Query) is not null).Select(f => $"{f.Name}.max_share"), RawRetention];

    /// <summary>The rules on what feeds bring in: those whose rows can be set aside.</summary>
    public static IReadOnlyList<string> Rules(Project project) => [.. project.Pipelines.SelectMany(p => p.Feeds).SelectMany(Rules).Distinct()];

    static IEnumerable<string> Rules(Feed feed) =>
        [
            .. Contract.Rules(feed, Dialect.DuckDb).SelectMany(r => feed.NamesOf(r.Code, r.Column)),
            .. feed.Columns.SelectMany(c => Everywhere.SelectMany(r => feed.NamesOf(r, c.Name))),
            .. Contract.OnRecords.SelectMany(r => feed.NamesOf(r, null)),
        ];
}
