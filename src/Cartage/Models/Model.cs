using System.Diagnostics;
using Cartage.Checks;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>One SELECT and what becomes of its rows; <paramref name="SqlLine"/> is the line of the file the SQL begins at.</summary>
public sealed record Model(string Pipeline, string Name, string File, int SqlLine, string Sql, Materialization Materialization)
{
    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Labels that selectors can name.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Columns whose values are masked wherever they are shown.</summary>
    public IReadOnlyList<string> Pii { get; init; } = [];

    /// <summary>Descriptions of columns, by name.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Where its rows lie on a warehouse of many nodes; null leaves that to the warehouse.</summary>
    public TableLayout? Layout { get; init; }

    /// <summary>Rules on its table, those of its columns among them.</summary>
    public IReadOnlyList<Check> Checks { get; init; } = [];

    /// <summary>Surrogate keys that the platform looks up, by the column they become.</summary>
    public IReadOnlyList<DimensionLookup> Dimensions { get; init; } = [];

    /// <summary>Where its rows are written to besides its table.</summary>
    public ModelExport? Export { get; init; }

    /// <summary>The columns that name a row of its table, as far as it says so.</summary>
    public IReadOnlyList<string> RowKey =>
        Materialization switch
        {
            Materialization.FullTable table => table.Key,
            Materialization.Merge merge => merge.Key,
            Materialization.Scd2 scd2 => [scd2.Surrogate],
            _ => [],
        };

    /// <summary>Whether its rows are those of the run's interval, so that another interval brings others.</summary>
    public bool IsOfInterval => Materialization is Materialization.Append or Materialization.ReplaceInterval || Template.Names(Sql).Any(n => n is "start" or "end");

    /// <summary>The table or view it becomes.</summary>
    public Table Table => new(Table.ModelSchema(Pipeline), Name);
}

/// <summary>How a model's rows become a table; a closed set.</summary>
public abstract record Materialization
{
    /// <summary>Its name in a model's header.</summary>
    public string Kind =>
        this switch
        {
            View => "view",
            FullTable => "table",
            Append => "append",
            Merge => "merge",
            Scd2 => "scd2",
            ReplaceInterval => "interval",
            _ => throw new UnreachableException(),
        };

    /// <summary>Nothing is stored: the SELECT runs when read.</summary>
    public sealed record View : Materialization;

    /// <summary>The table holds exactly the SELECT's rows; with a key, only the rows that differ are touched.</summary>
    public sealed record FullTable(IReadOnlyList<string> Key) : Materialization;

    /// <summary>The SELECT's rows are added once per interval.</summary>
    public sealed record Append : Materialization;

    /// <summary>The SELECT's rows are inserted or updated by key; rows it no longer returns stay.</summary>
    public sealed record Merge(IReadOnlyList<string> Key) : Materialization;

    /// <summary>The SELECT's rows are versions of a key; the table shows when each held. Without <paramref name="UpdatedAt"/> (the column with a version's start) a version starts when it is first observed; <paramref name="Deleted"/> is the column that is true for a deletion.</summary>
    public sealed record Scd2(string Key, string Surrogate, string? UpdatedAt, string? Deleted) : Materialization;

    /// <summary>The rows of the run's interval, by the time column, are replaced.</summary>
    public sealed record ReplaceInterval(string Time) : Materialization;
}

/// <summary>What stands in for a dimension's member that is not there: −1, a placeholder the real row later fills, or a rejected run.</summary>
public enum MissingMember { Unknown, Infer, Reject }

/// <summary>A fact's surrogate key: the SELECT's column <paramref name="Key"/> is replaced, in its place, by <paramref name="Column"/>, the surrogate of the version of <paramref name="Dimension"/> that held at the time in <paramref name="At"/> (the current one without it).</summary>
public sealed record DimensionLookup(string Column, string Dimension, string Key, string? At, MissingMember Missing);
