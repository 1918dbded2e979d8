namespace Cartage.Warehouses;

/// <summary>A table's name in a warehouse, unquoted.</summary>
public sealed record Table(string Schema, string Name)
{
    /// <summary>The table built aside, which a swap renames to this one.</summary>
    public Table Next => this with { Name = Name + "__next" };

    /// <summary>The schema of a pipeline's models: its name with <c>_</c> for <c>-</c>.</summary>
    public static string ModelSchema(string pipeline) => pipeline.Replace('-', '_');

    /// <summary>The schema of a pipeline's base and history tables.</summary>
    public static string RawSchema(string pipeline) => ModelSchema(pipeline) + "_raw";

    /// <summary>The schema of a pipeline's quarantine tables.</summary>
    public static string QuarantineSchema(string pipeline) => ModelSchema(pipeline) + "_quarantine";

    /// <summary>The schema of a run's staging tables, which nobody else reads.</summary>
    public static string StagingSchema(string pipeline) => ModelSchema(pipeline) + "_staging";

    /// <summary>The database in memory for what a run loads, where the engine has such.</summary>
    public static string LoadDatabase(string pipeline) => ModelSchema(pipeline) + "_load";

    /// <inheritdoc/>
    public override string ToString() => $"{Schema}.{Name}";
}

/// <summary>A column's name and its type as the warehouse spells it.</summary>
public sealed record Column(string Name, string Type);
