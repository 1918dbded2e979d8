using Cartage.Checks;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>One table-like thing in a source and its contract; <paramref name="File"/> and <paramref name="Line"/> say where it is written.</summary>
public sealed record Feed(string Pipeline, string Name, string File, int Line)
{
    /// <summary>Glob patterns of the files it is read from, absolute or relative to the project.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The connection it is read through; null for files.</summary>
    public string? Connection { get; init; }

    /// <summary>The table it is read from, as the source names it.</summary>
    public string? Relation { get; init; }

    /// <summary>The query it is read by, where it is not a whole table.</summary>
    public string? Query { get; init; }

    /// <summary>What an API is asked for it.</summary>
    public FeedRequest? Request { get; init; }

    /// <summary>The program it is read from and its arguments; a program with a <c>/</c> in its name is looked for from the project's folder.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The longest the program may take.</summary>
    public TimeSpan? CommandTimeout { get; init; }

    /// <summary>Whether every run reads all of it; otherwise only what its cursor says is new.</summary>
    public bool ReadsAll { get; init; }

    /// <summary>Whether a feed of an API or a program goes on from run to run, and does not hand over everything each time.</summary>
    public bool ReadsOnward { get; init; }

    /// <summary>How far behind its bookmark a read begins again.</summary>
    public TimeSpan? Overlap { get; init; }

    /// <summary>The zone its change times are in, where they do not say.</summary>
    public TimeZoneInfo CursorZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How rows that are gone from the source are found; null where nobody asked.</summary>
    public KeyComparison? Deletes { get; init; }

    /// <summary>The most rows of a page.</summary>
    public int ChunkRows { get; init; } = 500_000;

    /// <summary>How its files are written.</summary>
    public FileFormat Format { get; init; } = new();

    /// <summary>The columns that name a row; without any it is append-only.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>The change time that orders the versions of a key.</summary>
    public string? Cursor { get; init; }

    /// <summary>A SQL condition over its columns that is true for a row that says it is deleted.</summary>
    public string? DeletedWhen { get; init; }

    /// <summary>The declared columns: the contract.</summary>
    public IReadOnlyList<FeedColumn> Columns { get; init; } = [];

    /// <summary>What a broken rule does unless its column says otherwise.</summary>
    public Severity Severity { get; init; } = Severity.Quarantine;

    /// <summary>Rules that reject a run and this once set rows aside instead: <c>feed</c>, <c>feed.column</c>, <c>feed.rule</c> or <c>feed.column.rule</c>.</summary>
    public IReadOnlySet<string> SetAside { get; init; } = new HashSet<string>();

    /// <summary>What happens to columns nobody declared.</summary>
    public SchemaPolicy Schema { get; init; } = SchemaPolicy.Evolve;

    /// <summary>The newest version of each key.</summary>
    public Table Base => new(Table.RawSchema(Pipeline), Name);

    /// <summary>Every version seen, for a feed with a key and a cursor.</summary>
    public Table History => new(Table.RawSchema(Pipeline), Name + "_history");

    /// <summary>Rows that were set aside.</summary>
    public Table Quarantine => new(Table.QuarantineSchema(Pipeline), Name);

    /// <summary>What a broken rule does, on a column or on the whole row.</summary>
    public Severity SeverityOf(string rule, FeedColumn? column = null) =>
        (column?.Severity ?? Severity) is var severity && severity == Severity.Reject && NamesOf(rule, column?.Name).Any(SetAside.Contains) ? Severity.Quarantine : severity;

    /// <summary>The names a rule goes by, from the whole feed to the rule alone.</summary>
    public IEnumerable<string> NamesOf(string rule, string? column) =>
        column is null ? [Name, $"{Name}.{rule}"] : [Name, $"{Name}.{column}", $"{Name}.{rule}", $"{Name}.{column}.{rule}"];

    /// <summary>The feeds that its rows put placeholders into.</summary>
    public IEnumerable<string> Infers => Columns.Select(c => c.References).OfType<Reference>().Where(r => r.OnMissing is MissingParent.Infer).Select(r => r.Feed);

    /// <summary>Whether every version of a key is kept.</summary>
    public bool KeepsHistory => Key.Count > 0 && Cursor is not null;

    /// <summary>What decides which rows its objects hold and which rules they meet, as text to compare.</summary>
    public string Definition =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(
                System.Text.Encoding.UTF8.GetBytes(
                    $"1|{Format with { Nulls = [] }}|{string.Join(',', Format.Nulls)}|{string.Join(',', Key)}|{Cursor}|{CursorZone.Id}|{DeletedWhen}|{Schema}|{Severity}|{string.Concat(Columns.Select(c => $"{c with { Line = 0, OneOf = [], Pii = false, Description = null }}{string.Join(',', c.OneOf)}|"))}"
                )
            )
        )[..16];

    /// <summary>The objects whose rows stand: with a key every version of a page has its say; without one a page that came again stands for what it was before.</summary>
    public IEnumerable<Manifest> Standing(IReadOnlyList<Manifest> manifests) =>
        Key.Count > 0 ? manifests : manifests.GroupBy(m => m.Source).Select(versions => versions.MaxBy(m => m.Version)!);
}

/// <summary>Finds rows that are gone by comparing keys, as often as <paramref name="Every"/>; more than <paramref name="MaxShare"/> (0 to 1) of the rows rejects the run.</summary>
public sealed record KeyComparison(TimeSpan Every, decimal MaxShare);

/// <summary>What happens to columns nobody declared: added, the object refused, or the rows set aside.</summary>
public enum SchemaPolicy { Evolve, Freeze, Quarantine }

/// <summary>A column of a contract; <paramref name="Type"/> is a portable SQL type (<c>text</c>, <c>integer</c>, <c>bigint</c>, <c>decimal(10,2)</c>, <c>double</c>, <c>boolean</c>, <c>date</c>, <c>timestamp</c>, <c>timestamptz</c>).</summary>
public sealed record FeedColumn(string Name, string Type)
{
    /// <summary>Where it is written.</summary>
    public int Line { get; init; }

    /// <summary>The type as DuckDB spells it.</summary>
    public string DoorType => Contract.SqlType(Type) ?? "VARCHAR";

    /// <summary>How its dates and times are written, in .NET's letters (<c>dd.MM.yyyy HH:mm</c>); null for SQL's way.</summary>
    public string? Format { get; init; }

    /// <summary>Whether every row must have a value.</summary>
    public bool Required { get; init; }

    /// <summary>The only values allowed, as text; empty allows all.</summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    /// <summary>A regular expression every value matches in full where it is anchored.</summary>
    public string? Matches { get; init; }

    /// <summary>The smallest value allowed.</summary>
    public string? Min { get; init; }

    /// <summary>The greatest value allowed.</summary>
    public string? Max { get; init; }

    /// <summary>A SQL condition over the row's columns that must hold; one that is neither true nor false breaks nothing.</summary>
    public string? Satisfies { get; init; }

    /// <summary>The shortest text allowed, in characters.</summary>
    public int? MinLength { get; init; }

    /// <summary>The longest text allowed, in characters.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The feed and column its values are found in.</summary>
    public Reference? References { get; init; }

    /// <summary>Whether its values are masked wherever they are shown.</summary>
    public bool Pii { get; init; }

    /// <summary>What a broken rule does here; null takes the feed's.</summary>
    public Severity? Severity { get; init; }

    /// <summary>What it means.</summary>
    public string? Description { get; init; }
}

/// <summary>What happens to a row whose parent is not there: it waits, or comes in, or comes in and gets a placeholder for a parent that the real one fills.</summary>
public enum MissingParent { Quarantine, Warn, Infer }

/// <summary>A column of another feed that holds a row's parent.</summary>
public sealed record Reference(string Feed, string Column, MissingParent OnMissing);

/// <summary>How files are written; what is null is told by the name or the bytes.</summary>
public sealed record FileFormat
{
    /// <summary><c>csv</c>, <c>tsv</c>, <c>json</c>, <c>ndjson</c> or <c>parquet</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The character between columns.</summary>
    public string? Delimiter { get; init; }

    /// <summary><c>utf-8</c>, <c>utf-16</c> or <c>latin-1</c>.</summary>
    public string? Encoding { get; init; }

    /// <summary>The sign before decimals in numbers, a comma or a point, with which thousands may be grouped, too; null for numbers as SQL writes them.</summary>
    public string? Decimal { get; init; }

    /// <summary>Whether the first record names the columns.</summary>
    public bool Header { get; init; } = true;

    /// <summary>The texts that mean no value, besides an empty field.</summary>
    public IReadOnlyList<string> Nulls { get; init; } = [];
}
