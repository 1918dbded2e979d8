using System.Data.Common;

namespace Cartage.Warehouses;

/// <summary>What differs between SQL engines, as data; what is not said is as DuckDB has it.</summary>
public sealed record Dialect(string Name)
{
    /// <summary>DuckDB's SQL.</summary>
    public static Dialect DuckDb { get; } = new("duckdb");

    /// <summary>A row's address in a table that only one run uses.</summary>
    public string RowId { get; init; } = "rowid";

    /// <summary>Whether a published table's row keeps its address for as long as one run writes; if not, rows are found by their keys.</summary>
    public bool RowsStay { get; init; } = true;

    /// <summary>Whether a table can be dropped, and another renamed in its place, without a reader noticing; if not, tables are published by their differences.</summary>
    public bool SwapsUnseen { get; init; } = true;

    /// <summary>Whether blocks of rows are passed over that a condition on one column cannot hold for: then many conditions are asked for one by one, else all in one pass.</summary>
    public bool SkipsBlocks { get; init; } = true;

    /// <summary>Whether there can be databases in memory beside the one that tables are published in.</summary>
    public bool HasMemory { get; init; } = true;

    /// <summary>What stands after the type of a text column; empty where text is ordered by code point anyway.</summary>
    public string Collation { get; init; } = "";

    /// <summary>What tells one text ({0}) from others and from none, short enough to be strung together.</summary>
    public string ContentOf { get; init; } = "coalesce(length({0}) || ':' || {0}, '')";

    /// <summary>Takes the addresses of rows away from a table ({0}) that the door filled, before it is published; empty where they are no column.</summary>
    public string DropRowId { get; init; } = "";

    /// <summary>How a table (its quoted name) is made of a SELECT, whose columns are given, with a layout, where none was; null where tables have no layout.</summary>
    public Func<string, string, IReadOnlyList<Column>, TableLayout, string>? CreateLaidOut { get; init; }

    /// <summary>Whether two values ({0}, {1}) differ, a missing one from any other; neither true nor false at most where both are missing.</summary>
    public string Distinct { get; init; } = "{0} IS DISTINCT FROM {1}";

    /// <summary>DuckDB's type names where the engine has others.</summary>
    public IReadOnlyDictionary<string, string> Types { get; init; } = new Dictionary<string, string>();

    /// <summary>The engine's type names, without what stands in brackets, where DuckDB has others.</summary>
    public IReadOnlyDictionary<string, string> DoorTypes { get; init; } = new Dictionary<string, string>();

    /// <summary>The columns of the table <c>$schema.$name</c> in their order: name, type.</summary>
    public string ColumnsQuery { get; init; } = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $schema AND table_name = $name ORDER BY ordinal_position";

    /// <summary>Makes a table ({0}) of a SELECT's rows ({1}), whatever was there before.</summary>
    public string CreateAs { get; init; } = "CREATE OR REPLACE TABLE {0} AS {1}";

    /// <summary>Makes an empty table ({0}) with columns ({1}), whatever was there before.</summary>
    public string CreateEmpty { get; init; } = "CREATE OR REPLACE TABLE {0} ({1})";

    /// <summary>Lets the planner know of a table's ({0}) rows.</summary>
    public string Analyze { get; init; } = "";

    /// <summary>Whether no two rows of a table ({0}) have the same values in columns ({1}).</summary>
    public string AreDistinct { get; init; } = "SELECT count(*) = count(DISTINCT hash({1})) FROM {0}";

    /// <summary>The same of whole numbers from 0 ({1}) to a greatest ({2}), a bit for each; it may say no where one is missing. Empty where there are no such bits.</summary>
    public string AreTickedOff { get; init; } = "SELECT count(*) = coalesce(bit_count(bitstring_agg({1}, 0, {2})), 0) FROM {0}";

    /// <summary>Whether a value ({0}), which is there, is none of the values <c>k</c> that a SELECT ({1}) returns.</summary>
    public string IsNoneOf { get; init; } = "{0} NOT IN (SELECT p.k FROM ({1}) p WHERE p.k IS NOT NULL)";

    /// <summary>A hexadecimal text ({0}) of up to 15 digits as a number.</summary>
    public string FromHex { get; init; } = "CAST('0x' || {0} AS BIGINT)";

    /// <summary>Microseconds since 1970 of a timestamp ({0}).</summary>
    public string EpochMicros { get; init; } = "epoch_us({0})";

    /// <summary>Whether a text ({0}) matches a regular expression ({1}).</summary>
    public string Matches { get; init; } = "regexp_matches({0}, {1})";

    /// <summary>Of several rows, the value ({0}) of the one where another ({1}) is greatest.</summary>
    public string LatestOf { get; init; } = "arg_max({0}, {1})";

    /// <summary>Lets what commits next put together so many ({0}) times the small groups of rows of a table; empty where the engine sees to it by itself.</summary>
    public string Gather { get; init; } = "SET max_vacuum_tasks = {0}";

    /// <summary>A new random UUID.</summary>
    public string NewId { get; init; } = "uuid()";

    /// <summary>Makes a view ({0}) of a SELECT ({1}) where there is none.</summary>
    public string CreateView { get; init; } = "CREATE OR REPLACE VIEW {0} AS {1}";

    /// <summary>The views that must go before <c>$schema.$name</c> can be replaced, those that others need first: schema, name, and the statements that bring it back. Empty where a view is no hindrance.</summary>
    public string Dependents { get; init; } = "";

    /// <summary>A statement for what other users may do with the table <c>$schema.$name</c>, which a new table in its place must be given again; empty where there are no users.</summary>
    public string Grants { get; init; } = "";

    /// <summary>The SELECT of a view ({0}, as a literal) as the engine keeps it, to tell whether two are the same; empty where replacing a view disturbs nobody.</summary>
    public string ViewDefinition { get; init; } = "";

    /// <summary>Lets what follows in a transaction wait only so long for others to let go of a table; empty where nobody waits.</summary>
    public string Impatience { get; init; } = "";

    /// <summary>A row of a subquery <c>s</c> with the given columns as JSON text.</summary>
    public Func<IReadOnlyList<string>, string> RowAsJson { get; init; } = _ => "CAST(to_json(s) AS VARCHAR)";

    /// <summary>What went wrong in words for a person, what to do about it, and whether it may pass.</summary>
    public Func<DbException, PipelineException> Explain { get; init; } = e => new(e.Message.Split("\n\n")[0], e.IsTransient, "Nothing was published. If the disk is full, free some space and run again.", e);

    /// <summary>Lets schemas ({0}, quoted, with commas between) be left out of names.</summary>
    public Func<IReadOnlyList<string>, string> SearchPath { get; init; } = schemas => $"SET search_path = '{string.Join(',', schemas).Replace("'", "''")}'";

    /// <summary>Lets a connection change nothing from here on; empty where the reader of the statement sees to it.</summary>
    public string ReadOnly { get; init; } = "";

    /// <summary>Takes the right to publish for as long as the connection lives, if nobody has it: true or false. Empty where whoever opens the warehouse has it alone.</summary>
    public string TryLock { get; init; } = "";

    /// <summary>Who has the right to publish, in words.</summary>
    public string LockHolder { get; init; } = "";

    /// <summary>An identifier in double quotes; quotes inside are doubled.</summary>
    public string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"")}\"";

    /// <summary>A table's quoted, qualified name.</summary>
    public string Quote(Table table) => $"{Quote(table.Schema)}.{Quote(table.Name)}";

    /// <summary>Quoted identifiers with commas between, each after <paramref name="prefix"/> (an alias and its dot).</summary>
    public string Quote(IEnumerable<string> identifiers, string prefix = "") => string.Join(", ", identifiers.Select(x => prefix + Quote(x)));

    /// <summary>Text as a SQL literal, for places that take no parameter (DDL, table functions).</summary>
    public string Literal(string text) => $"'{text.Replace("'", "''")}'";

    /// <summary>The type of text of any length.</summary>
    public string Text => Type("VARCHAR");

    /// <summary>DuckDB's type as the engine spells it.</summary>
    public string Type(string door) => Types.GetValueOrDefault(door, door);

    /// <summary>The engine's type as DuckDB spells it.</summary>
    public string DoorType(string type)
    {
        var bracket = type.IndexOf('(');
        var name = bracket < 0 ? type : type[..bracket];
        if (!DoorTypes.TryGetValue(name, out var door))
            return type;
        return door.StartsWith("DECIMAL", StringComparison.Ordinal) && bracket >= 0 ? "DECIMAL" + type[bracket..] : door;
    }

    /// <summary>A table made of a SELECT's rows, whatever was there before.</summary>
    public string Create(Table table, string select) => string.Format(null, CreateAs, Quote(table), select) + Analyzed(table);

    /// <summary>An empty table with columns of DuckDB's types, whatever was there before.</summary>
    public string Create(Table table, IEnumerable<Column> columns) => string.Format(null, CreateEmpty, Quote(table), string.Join(", ", columns.Select(Define)));

    /// <summary>A column of DuckDB's type as a table defines it.</summary>
    public string Define(Column column) => $"{Quote(column.Name)} {Type(column.Type)}{(column.Type == "VARCHAR" ? Collation : "")}";

    /// <summary>A missing value of DuckDB's type.</summary>
    public string Null(string type) => $"CAST(NULL AS {Type(type)})";

    /// <summary>Whether two values differ, a missing one from any other.</summary>
    public string Differ(string a, string b) => string.Format(null, Distinct, a, b);

    /// <summary>Of several rows, the value of the one where another is greatest.</summary>
    public string Latest(string value, string by) => string.Format(null, LatestOf, value, by);

    /// <summary>The statement that lets the planner know of a table's rows, after a semicolon; empty where it knows.</summary>
    public string Analyzed(Table table) => Analyze.Length == 0 ? "" : "; " + string.Format(null, Analyze, Quote(table));

    /// <summary>Sixteen bytes of hexadecimal text that tell rows with other values in some columns apart; the same on every engine.</summary>
    public string Content(IEnumerable<string> columns, string prefix = "", string and = "") =>
        $"md5({string.Join(" || chr(31) || ", columns.Select(c => string.Format(null, ContentOf, $"CAST({prefix}{Quote(c)} AS {Text})")).Concat(and.Length == 0 ? [] : [and]))})";

    /// <summary>How many rows a table has, then for how many of them each of some conditions is true.</summary>
    public string Counts(Table table, IEnumerable<string> conditions) =>
        SkipsBlocks
            ? $"SELECT (SELECT count(*) FROM {Quote(table)}){string.Concat(conditions.Select(c => $", (SELECT count(*) FROM {Quote(table)} WHERE {c})"))}"
            : $"SELECT count(*){string.Concat(conditions.Select(c => $", count(CASE WHEN {c} THEN 1 END)"))} FROM {Quote(table)}";

    /// <summary>A positive number of 60 bits of a text's md5; the same on every engine.</summary>
    public string Surrogate(string text) => string.Format(null, FromHex, $"substr(md5({text}), 1, 15)");
}
