namespace Cartage.Checks;

/// <summary>What a broken rule does: <c>Drop</c> and <c>Quarantine</c> on feeds only; <c>Reject</c> publishes nothing.</summary>
public enum Severity { Warn, Drop, Quarantine, Reject }

/// <summary>A share or a count of rows that may break a rule before it counts as broken.</summary>
public sealed record Threshold(decimal Value, bool IsPercent);

/// <summary>A rule on a table that is about to be published; a closed set, each with the name it is accepted by (<c>fact_sales.quantity.not_null</c>).</summary>
public abstract record Check(string Name, Severity Severity, Threshold? Allowed, string File, int Line)
{
    /// <summary>The column has a value in every row.</summary>
    public sealed record NotNull(string Column, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>No two rows have the same values in the columns.</summary>
    public sealed record Unique(IReadOnlyList<string> Columns, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>Every value is one of the listed ones, compared as text.</summary>
    public sealed record AcceptedValues(string Column, IReadOnlyList<string> Values, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>Every value matches the regular expression.</summary>
    public sealed record Matches(string Column, string Pattern, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>Every value lies between the bounds, both included; an absent bound is open.</summary>
    public sealed record Between(string Column, string? Min, string? Max, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>Every value is found in a column of another model or feed.</summary>
    public sealed record References(string Column, string Target, string TargetColumn, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>The number of rows satisfies the condition, such as <c>&gt; 0</c> or <c>between 1 and 10</c>.</summary>
    public sealed record RowCount(string Condition, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>The newest value of the time column is no older than the age at the run's end.</summary>
    public sealed record Freshness(string Column, TimeSpan MaxAge, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>A condition over aggregates of the table that must be true, such as <c>sum(total) = (select sum(x) from y)</c>.</summary>
    public sealed record Reconcile(string Condition, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);

    /// <summary>Any query that returns the rows that are wrong.</summary>
    public sealed record Query(string Sql, string Name, Severity Severity, Threshold? Allowed, string File, int Line) : Check(Name, Severity, Allowed, File, Line);
}

/// <summary>What a check found: how many rows broke it of how many, and up to ten of them as JSON objects.</summary>
public sealed record CheckResult(Check Check, string Table, bool Passed, long Failing, long Rows, IReadOnlyList<string> Samples, string? Message, bool Accepted = false);
