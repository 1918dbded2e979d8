using Cartage.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Cartage.Tests.Support;

/// <summary>Starts the classes that take longest first, so that none of them is left to run alone in the end; the others in any order.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] Long =
    [
        "Docs.Publishing", "Warehouses.ConformanceOf", "Warehouses.PostgresPublishes", "Automation.SeveralServers", "Ingest.HistoryInAnyOrder", "Ingest.Placeholders", "Docs.Pages", "EndToEnd.",
        "Postgres.RandomEdits", "Web.Work", "Web.Looks", "Ingest.Edges", "Models.Materializations", "Models.Increments", "Runs.HowRunsEnd", "Sellers.OnPostgres", "ObjectStores.Buckets",
    ];

    // Whoever starts them takes the last of the list first.
    public IReadOnlyCollection<T> OrderTestCollections<T>(IReadOnlyCollection<T> testCollections)
        where T : ITestCollection => [.. testCollections.OrderByDescending(x => Place(x))];

    static int Place(ITestCollection collection) => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains($"Cartage.Tests.{name}", StringComparison.Ordinal)) is >= 0 and var place ? place : Long.Length;
}
