namespace Cartage.Ingest;

/// <summary>SQL that prepares a system for a pipeline, run by hand and written so that it may be run again; <paramref name="Line"/> is where the SQL begins.</summary>
public sealed record SetupScript(string Pipeline, string Name, string File, int Line, string Connection, string Sql)
{
    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>CSV files with a header that the SQL finds as temporary tables of text columns, by the table's name.</summary>
    public IReadOnlyList<(string Table, string Path)> Files { get; init; } = [];
}
