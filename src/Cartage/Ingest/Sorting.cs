using Cartage.Checks;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>Puts rows that were read as text to the types and row-local rules of a feed: good ones one way, the others with their reasons the other.</summary>
sealed class Sorting(DuckDbConnection connection, Feed feed, IReadOnlyList<Column> columns, Table good, Table bad, RunStamp stamp)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    readonly string _text = Prefix(columns);

    /// <summary>The rules of the feed's columns.</summary>
    public IReadOnlyList<Rule> Rules { get; } = [.. Contract.Rules(feed, Sql)];

    /// <summary>Rows as text, with <c>_object</c>, <c>_record</c> and <c>_raw</c>, become typed rows that keep every rule, and the rest with a reason for each rule they break; <paramref name="broken"/> holds records that are no rows.</summary>
    public async Task<DoorResult> SortAsync(string texts, IReadOnlyList<Manifest> objects, (string File, string Object)? broken, CancellationToken ct)
    {
        var landed = Landed(objects, $"list_position([{string.Join(", ", objects.Select(o => Sql.Literal(o.Object)))}], _object)");
        var sorted = bad with { Name = bad.Name + "__sort" };
        var typed = columns.Select(c => c.Type == "VARCHAR" ? Sql.Quote(_text + c.Name) + " AS " + Sql.Quote(c.Name) : $"{Notation.TryCast(feed, c, Sql.Quote(_text + c.Name))} AS {Sql.Quote(c.Name)}");
        var declared = feed.Columns.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var undeclared = feed.Schema == SchemaPolicy.Quarantine ? columns.Where(c => feed.Columns.Count > 0 && !declared.ContainsKey(c.Name)).Select(c => new Rule("undeclared", c.Name, $"{Sql.Quote(c.Name)} IS NOT NULL", "nobody declared it", Severity.Quarantine)) : [];
        var types = columns
            .Where(c => c.Type != "VARCHAR")
            .Select(c => new Rule("type", c.Name, $"{Sql.Quote(c.Name)} IS NULL AND {Sql.Quote(_text + c.Name)} IS NOT NULL", $"it is not {Article(declared.TryGetValue(c.Name, out var d) ? d.Type : c.Type.ToLowerInvariant())}{Notation.Written(feed, c)}", Strict(feed.SeverityOf("type", d))));
        List<Rule> rules = [.. types, .. Rules.Select(r => r.Code == "required" ? r with { Condition = $"{Sql.Quote(_text + r.Column)} IS NULL" } : r), .. undeclared];
        string Any(Func<Rule, bool> which, string otherwise) => rules.Where(which).Select(r => $"({r.Condition})").ToList() is { Count: > 0 } all ? $"coalesce({string.Join(" OR ", all.Select(c => $"coalesce({c}, false)"))}, false)" : otherwise;
        var setAside = rules.Where(r => r.Severity is Severity.Quarantine or Severity.Reject).ToList();
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(sorted)} AS
            SELECT *, {Any(r => r.Severity is Severity.Quarantine or Severity.Reject, "false")} AS "_bad", {Any(r => r.Severity == Severity.Drop, "false")} AS "_drop",
              {Any(r => r.Severity == Severity.Reject, "false")} AS "_reject"
            FROM (SELECT *, {string.Join(", ", typed)} FROM (SELECT {string.Join(", ", columns.Select(c => $"{Sql.Quote(c.Name)} AS {Sql.Quote(_text + c.Name)}"))}, _object, _record, _raw FROM ({texts})));
            INSERT INTO {Sql.Quote(good)} BY NAME
            SELECT {string.Join(", ", columns.Select(c => Sql.Quote(c.Name)))}, {Deleted(landed)} AS "_deleted_at", {Sql.Literal(stamp.RunId)} AS "_run", _object, {landed} AS "_loaded_at", _record
            FROM {Sql.Quote(sorted)} WHERE NOT _bad AND NOT _drop;
            INSERT INTO {Sql.Quote(bad)}
            SELECT {string.Concat(columns.Select(c => Sql.Quote(_text + c.Name) + ", "))}
              concat_ws('; ', {string.Join(", ", setAside.Select(r => $"CASE WHEN {r.Condition} THEN {Sql.Literal(r.Column + ": ")} || coalesce({Shown(r.Column)} || ' — ', '') || {Sql.Literal(r.Reason)} END").DefaultIfEmpty("NULL"))}),
              concat_ws(',', {string.Join(", ", setAside.Select(r => $"CASE WHEN {r.Condition} THEN {Sql.Literal(r.Code)} END").DefaultIfEmpty("NULL"))}), _object, _record, _raw, _reject
            FROM {Sql.Quote(sorted)} WHERE _bad AND NOT _drop;
            """,
            ct
        );
        var rejecting = string.Join(", ", Contract.OnRecords.Where(r => feed.SeverityOf(r) == Severity.Reject).Select(Sql.Literal).DefaultIfEmpty("NULL"));
        if (broken is var (file, name))
            await connection.ExecuteAsync(
                $$"""
                INSERT INTO {{Sql.Quote(bad)}} BY NAME
                SELECT reason AS "_reason", code AS "_rules", {{Sql.Literal(name)}} AS "_object", record AS "_record", raw AS "_raw", coalesce(code IN ({{rejecting}}), false) AS "_reject"
                FROM read_csv({{Sql.Literal(file)}}, columns = {'record': 'BIGINT', 'code': 'VARCHAR', 'reason': 'VARCHAR', 'raw': 'VARCHAR'}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', max_line_size = 4000000)
                """,
                ct
            );
        var warnings = rules.Where(r => r.Severity == Severity.Warn).ToList();
        var counts = (await connection.QueryAsync(
            $"SELECT count(*), count(*) FILTER (WHERE _drop){string.Concat(warnings.Select(r => $", count(*) FILTER (WHERE {r.Condition})"))} FROM {Sql.Quote(sorted)}",
            r => Enumerable.Range(0, r.FieldCount).Select(r.GetInt64).ToArray(), ct))[0];
        await connection.ExecuteAsync($"DROP TABLE {Sql.Quote(sorted)}", ct);
        return new(counts[0], counts[1], [.. warnings.Zip(counts.Skip(2)).Where(w => w.Second > 0).Select(w => $"{w.First.Column}: {w.First.Reason} ({w.Second} rows)")], []);
    }

    static string Article(string type) => (type[0] is 'i' ? "an " : "a ") + type;

    // The value as a reason quotes it; whoever reads reasons must not see what is masked elsewhere.
    string Shown(string column) =>
        Sql.Quote(_text + column) is var text && feed.Columns.Any(c => c.Pii && c.Name.Equals(column, StringComparison.OrdinalIgnoreCase)) ? $"CASE WHEN {text} IS NOT NULL THEN '***' END" : $"'''' || {text} || ''''";

    // What stands before a column's name while it is text, such that no column is called like another one's text.
    static string Prefix(IReadOnlyList<Column> columns)
    {
        var prefix = "s_";
        while (columns.Any(c => c.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            prefix = "_" + prefix;
        return prefix;
    }

    /// <summary>When a row's object landed, as SQL, which a replay finds again; now, for rows that come from the quarantine.</summary>
    public string Landed(IReadOnlyList<Manifest> objects, string place) =>
        objects switch
        {
            [] => stamp.LoadedAtSql,
            [var one] => Warehouses.Sql.Timestamp(one.LandedAt),
            _ => $"([{string.Join(", ", objects.Select(o => Warehouses.Sql.Timestamp(o.LandedAt)))}])[{place}]",
        };

    /// <summary>When a row was deleted, as SQL.</summary>
    public string Deleted(string landed) =>
        feed.DeletedWhen is { } condition
            ? $"CASE WHEN {condition} THEN {(feed.Cursor is { } cursor && columns.Any(c => c.Name == cursor && c.Type is "DATE" or "TIMESTAMP" or "TIMESTAMPTZ" or "VARCHAR") ? $"coalesce(CAST({Sql.Quote(cursor)} AS TIMESTAMP), {landed})" : landed)} END"
            : "CAST(NULL AS TIMESTAMP)";

    // A value without a type cannot be let through with a warning: there is nothing to store.
    static Severity Strict(Severity severity) => severity == Severity.Warn ? Severity.Quarantine : severity;
}
