using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>The tables one feed's load goes through, and the SQL that is said of them more than once.</summary>
sealed record LoadTables(Dialect Sql, Feed Feed, IReadOnlyList<Column> Columns, bool Swap)
{
    /// <summary>True for a row that came; a placeholder, which stands for one that did not, is of no object.</summary>
    public const string Came = "_object IS NOT NULL";

    /// <summary>Whether there may be placeholders in the base table.</summary>
    public bool HasPlaceholders { get; init; }

    /// <summary>Whether this load's own tables are in memory, where nothing is logged or written of what is thrown away again.</summary>
    public bool InMemory { get; init; }

    /// <summary>Rows that keep the rules; in a swap this becomes the base table.</summary>
    public Table Good => Swap ? Feed.Base.Next : Staging("");

    /// <summary>Rows that broke one.</summary>
    public Table Bad => Staging("__bad");

    /// <summary>Every version that is not the newest of its key.</summary>
    public Table Older => new(Feed.Base.Schema, Feed.Name + "__older");

    /// <summary>The older versions among the rows of this load.</summary>
    public Table OlderAside => Staging("__older");

    /// <summary>What this load changes.</summary>
    public Table Difference => Staging("__diff");

    /// <summary>Rows of the quarantine that are tried again.</summary>
    public Table Retry => Staging("__retry");

    /// <summary>Rows of the quarantine that stay out, whatever the rules say by now.</summary>
    public Table Discarded => Staging("__discarded");

    /// <summary>Those that a load needs only until it is published.</summary>
    public IEnumerable<Table> Scratch => [Staging(""), Bad, OlderAside, Difference, Retry, Discarded];

    /// <summary>The columns of the contract and those that came besides.</summary>
    public IEnumerable<string> Names => Columns.Select(c => c.Name);

    /// <summary>Those, and the columns every base table has.</summary>
    public IEnumerable<Column> All => Columns.Concat(Contract.Own);

    /// <summary>The columns of the key.</summary>
    public string Key(string prefix = "") => Sql.Quote(Feed.Key, prefix);

    /// <summary>What is there in a row of a table joined to another, and missing where the join found none.</summary>
    public string Found(string a) => Sql.RowsStay ? $"{a}.{Sql.RowId}" : $"{a}.{Sql.Quote(Feed.Key[0])}";

    /// <summary>Where a row of a published table is found again: its address, or 1 where only its key will tell.</summary>
    public string Address(string a) => Sql.RowsStay ? $"{a}.{Sql.RowId}" : $"CASE WHEN {Found(a)} IS NOT NULL THEN 1 END";

    /// <summary>Whether a row of a published table is the one whose <see cref="Address"/> a row of the difference has in a column.</summary>
    public string At(string t, string d, string address) => Sql.RowsStay ? $"{t}.{Sql.RowId} = {d}.{address}" : $"{d}.{address} IS NOT NULL AND {SameKey(t, d)}";

    /// <summary>Every column.</summary>
    public string Row(string prefix = "") => Sql.Quote(All.Select(c => c.Name), prefix);

    /// <summary>Whether two rows have one key.</summary>
    public string SameKey(string a, string b) => string.Join(" AND ", Feed.Key.Select(k => $"{a}.{Sql.Quote(k)} = {b}.{Sql.Quote(k)}"));

    /// <summary>What two rows have in common that say the same. When a row was deleted is no part of it: without a change time that is when it was seen, another time whenever it is read.</summary>
    public string Content(string a) => Sql.Content(Names, a + ".", $"CASE WHEN {a}._deleted_at IS NULL THEN 'there' ELSE 'deleted' END");

    /// <summary>The columns as a table has them, NULL where it lacks one.</summary>
    public string RowOf(IReadOnlySet<string> there, string a) =>
        string.Join(", ", All.Select(c => there.Contains(c.Name) ? $"{a}.{Sql.Quote(c.Name)}" : $"{Sql.Null(c.Type)} AS {Sql.Quote(c.Name)}"));

    /// <summary>Whether a row says something else than one of the base table, which may lack columns.</summary>
    public string Differs(string b, string g, IReadOnlySet<string> there) =>
        string.Join(" OR ", Names.Where(n => !Feed.Key.Contains(n)).Select(n => there.Contains(n) ? Sql.Differ($"{b}.{Sql.Quote(n)}", $"{g}.{Sql.Quote(n)}") : $"{g}.{Sql.Quote(n)} IS NOT NULL").Append($"({b}._deleted_at IS NULL) <> ({g}._deleted_at IS NULL)")) + (HasPlaceholders ? $" OR {b}._object IS NULL" : "");

    /// <summary>Whether a row stands before another in the source: of versions of one instant the later line is newer.</summary>
    public static string Before(string a, string b) => $"({a}._object < {b}._object OR {a}._object = {b}._object AND coalesce({a}._record, 0) < coalesce({b}._record, 0))";

    /// <summary>The newest first: by the change time, then by what the source says came later.</summary>
    public string NewestFirst => $"{(Feed.Cursor is { } c ? Sql.Quote(c) + " DESC NULLS LAST, " : "")}_object DESC NULLS LAST, _record DESC NULLS LAST";

    /// <summary>Which of several rows that say the same stands for them: with a change time the first that the source has, whatever order they came in; without one the last that was seen.</summary>
    public string CopiesFirst => Feed.KeepsHistory ? "_object, _record NULLS FIRST" : NewestFirst;

    /// <summary>The columns as text, for the quarantine.</summary>
    public string Texts => string.Join(", ", Names.Select(n => $"CAST({Sql.Quote(n)} AS {Sql.Text})"));

    /// <summary>The columns of the bad rows.</summary>
    public string BadRow => Sql.Quote([.. Names, "_reason", "_rules", "_object", "_record", "_raw", "_reject"]);

    /// <summary>A row as one text.</summary>
    public string RawText => string.Join(" || ',' || ", Names.Select(n => $"coalesce(CAST({Sql.Quote(n)} AS {Sql.Text}), '')"));

    /// <summary>A table of this load.</summary>
    public Table Staging(string suffix) => new(InMemory ? Table.LoadDatabase(Feed.Pipeline) : Table.StagingSchema(Feed.Pipeline), Feed.Name + suffix);
}
