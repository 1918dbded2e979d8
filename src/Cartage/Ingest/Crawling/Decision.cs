namespace Cartage.Ingest.Crawling;

/// <summary>What was decided about a part of a contract, and why.</summary>
public sealed record Decision(string About, string Taken, string Why);

/// <summary>A contract inferred from files, with every decision; <paramref name="Rows"/> were looked at.</summary>
public sealed record CrawledFeed(Feed Feed, IReadOnlyList<Decision> Decisions, int Files, long Rows);
