using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>What a run stamps on its rows.</summary>
public sealed record RunStamp(string RunId, DateTimeOffset LoadedAt)
{
    internal string LoadedAtSql => Sql.Timestamp(LoadedAt);
}
