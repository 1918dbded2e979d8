using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Cartage.Warehouses;

namespace Cartage.Checks;

/// <summary>A check and the table it is on, by the name people know and, in <paramref name="Aside"/>, where its rows are until they are published; free queries have none.</summary>
public sealed record PlannedCheck(Check Check, Table? Table, IReadOnlySet<string> Pii, Table? Aside = null)
{
    /// <summary>Columns that are known to have other values in each of these rows.</summary>
    public IReadOnlyList<string> Distinct { get; init; } = [];

    /// <summary>The table, as the query names it, whose rows a free query's share is of.</summary>
    public string? ShareOf { get; init; }

    internal Table? Read => Aside ?? Table;
}

/// <summary>Runs checks on a connection, inside a transaction too: a check is the condition that is true for a row that breaks it, and the same condition counts and samples.</summary>
public sealed partial class Verifier(DbConnection connection, Dialect dialect, Func<string, CancellationToken, Task<string>> rewrite, DateTimeOffset now)
{
    const int Samples = 10;
    const string Is = " = ";

    /// <summary>What each check found, in the order given.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(IReadOnlyList<PlannedCheck> checks, CancellationToken ct)
    {
        var counts = new Dictionary<Check, (long Failing, long Rows)>();
        foreach (var group in checks.Where(c => c.Table is not null && RowCondition(c.Check) is not null).GroupBy(c => c.Read!))
            await CountRowsAsync(group.Key, [.. group.Select(c => c.Check)], counts, ct);
        List<CheckResult> results = [];
        foreach (var check in checks)
            try
            {
                results.Add(counts.TryGetValue(check.Check, out var count) ? await JudgeAsync(check, count.Failing, count.Rows, RowQuery(check), null, ct) : await RunOneAsync(check, ct));
            }
            catch (DbException e) when (!dialect.Explain(e).IsTransient)
            {
                throw new PipelineException($"{check.Check.File}:{check.Check.Line}: the check '{check.Check.Name}' cannot run: {e.Message.Split('\n')[0]}", hint: "Correct its SQL.", inner: e);
            }
        return results;
    }

    async Task CountRowsAsync(Table table, IReadOnlyList<Check> checks, Dictionary<Check, (long, long)> counts, CancellationToken ct)
    {
        var row = (await connection.QueryAsync(dialect.Counts(table, checks.Select(c => RowCondition(c)!)), r => Enumerable.Range(0, r.FieldCount).Select(r.GetInt64).ToArray(), ct))[0];
        foreach (var (check, i) in checks.Select((c, i) => (c, i)))
            counts[check] = (row[i + 1], row[0]);
    }

    string? RowCondition(Check check) =>
        check switch
        {
            Check.NotNull c => $"{dialect.Quote(c.Column)} IS NULL",
            Check.AcceptedValues c => $"CAST({dialect.Quote(c.Column)} AS {dialect.Text}) NOT IN ({string.Join(", ", c.Values.Select(dialect.Literal))})",
            Check.Matches c => $"NOT ({string.Format(null, dialect.Matches, $"CAST({dialect.Quote(c.Column)} AS {dialect.Text})", dialect.Literal(c.Pattern))})",
            Check.Between c => string.Join(" OR ", new[] { c.Min is null ? null : $"{dialect.Quote(c.Column)} < {Bound(c.Min)}", c.Max is null ? null : $"{dialect.Quote(c.Column)} > {Bound(c.Max)}" }.Where(x => x is not null).DefaultIfEmpty("false")),
            _ => null,
        };

    string Bound(string value) => decimal.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _) ? value : dialect.Literal(value);

    string RowQuery(PlannedCheck check) => $"SELECT * FROM {dialect.Quote(check.Read!)} WHERE {RowCondition(check.Check)}";

    async Task<CheckResult> RunOneAsync(PlannedCheck planned, CancellationToken ct)
    {
        var table = planned.Read is null ? "" : dialect.Quote(planned.Read);
        switch (planned.Check)
        {
            case Check.Unique unique:
                var key = dialect.Quote(unique.Columns);
                var rowsThere = await connection.ScalarAsync<long>($"SELECT count(*) FROM {table}", ct);
                var repeated = $"SELECT {key}, count(*) AS \"rows\" FROM {table} GROUP BY {key} HAVING count(*) > 1";
                var known = planned.Distinct.Count > 0 && planned.Distinct.All(unique.Columns.Contains);
                var extra = known || await connection.AreDistinctAsync(dialect, planned.Read!, unique.Columns, ct) ? 0 : await connection.ScalarAsync<long>($"SELECT CAST(coalesce(sum(\"rows\" - 1), 0) AS BIGINT) FROM ({repeated}) AS q", ct);
                return await JudgeAsync(planned, extra, rowsThere, repeated, null, ct);
            case Check.References reference:
                var target = await rewrite($"SELECT {dialect.Quote(reference.TargetColumn)} AS k FROM {dialect.Quote(reference.Target)}", ct);
                var column = dialect.Quote(reference.Column);
                var orphans = $"SELECT t.* FROM {table} t WHERE t.{column} IS NOT NULL AND {string.Format(null, dialect.IsNoneOf, $"t.{column}", target)}";
                return await JudgeAsync(planned, await CountAsync(orphans, ct), await CountAsync($"SELECT * FROM {table}", ct), orphans, null, ct);
            case Check.RowCount count:
                var rows = await CountAsync($"SELECT * FROM {table}", ct);
                return await HoldsAsync(planned, $"SELECT {rows} {count.Condition}", rows, $"it has {rows} rows, expected {count.Condition}", ct);
            case Check.Freshness fresh:
                var newest = await connection.ScalarAsync<DateTime?>($"SELECT CAST(max({dialect.Quote(fresh.Column)}) AS TIMESTAMP) FROM {table}", ct);
                var stale = newest is null || now.UtcDateTime - newest > fresh.MaxAge;
                return new(planned.Check, planned.Table!.Name, !stale, stale ? 1 : 0, 1, [], stale ? $"the newest {fresh.Column} is {(newest is null ? "missing" : newest.Value.ToString("yyyy-MM-dd HH:mm", null))}" : null);
            case Check.Reconcile reconcile:
                return await ReconcileAsync(planned, reconcile.Condition, table, ct);
            case Check.Query query:
                var wrong = await rewrite(query.Sql, ct);
                var all = planned.ShareOf is { } of ? await rewrite($"SELECT * FROM {of}", ct) : planned.Read is null ? null : $"SELECT * FROM {table}";
                return await JudgeAsync(planned, await CountAsync(wrong, ct), all is null ? 0 : await CountAsync(all, ct), wrong, null, ct);
            default:
                throw new UnreachableException();
        }
    }

    async Task<CheckResult> ReconcileAsync(PlannedCheck planned, string condition, string table, CancellationToken ct)
    {
        var whole = await rewrite($"SELECT coalesce(({condition}), false) FROM {dialect.Quote(planned.Table!.Name)}", ct);
        string? message = null;
        if (!await connection.ScalarAsync<bool>(whole, ct))
            message = Sides(condition) is var (left, right) ? await CompareAsync(left, right, planned.Table, ct) : $"{condition} does not hold";
        return new(planned.Check, planned.Table.Name, message is null, message is null ? 0 : 1, 1, [], message);
    }

    // What is compared, where the condition is one comparison and no more.
    static (string Left, string Right)? Sides(string condition)
    {
        var outside = Within().Replace(condition, m => new('_', m.Length));
        return outside.Split(Is) is [var left, _] && !More().IsMatch(outside) ? (condition[..left.Length], condition[(left.Length + Is.Length)..]) : null;
    }

    async Task<string> CompareAsync(string left, string right, Table table, CancellationToken ct)
    {
        var sql = await rewrite($"SELECT CAST(({left}) AS {dialect.Text}), CAST(({right}) AS {dialect.Text}) FROM {dialect.Quote(table.Name)}", ct);
        return (await connection.QueryAsync(sql, r => $"{left} is {Show(r, 0)}, expected {Show(r, 1)}", ct))[0];
    }

    // Texts, names in quotes, and what is in parentheses however deep.
    [GeneratedRegex("""'[^']*'|"[^"]*"|\((?>[^()'"]+|'[^']*'|"[^"]*"|(?<deep>\()|(?<-deep>\)))*(?(deep)(?!))\)""")]
    private static partial Regex Within();

    [GeneratedRegex(@"[<>]|\b(and|or|not|is|in|between|like|case)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex More();

    static string Show(DbDataReader reader, int column) => reader.IsDBNull(column) ? "nothing" : reader.GetString(column);

    async Task<CheckResult> HoldsAsync(PlannedCheck planned, string query, long rows, string message, CancellationToken ct) =>
        await connection.ScalarAsync<bool>(query, ct)
            ? new(planned.Check, planned.Table!.Name, true, 0, rows, [], null)
            : new(planned.Check, planned.Table!.Name, false, 1, rows, [], message);

    async Task<CheckResult> JudgeAsync(PlannedCheck planned, long failing, long rows, string query, string? message, CancellationToken ct)
    {
        var allowed = planned.Check.Allowed is not { } a ? 0 : a.IsPercent ? a.Value / 100 * rows : a.Value;
        var samples = failing == 0 ? [] : await SampleAsync(query, planned.Pii, ct);
        return new(planned.Check, planned.Table?.Name ?? "", failing <= allowed, failing, rows, samples, failing == 0 ? null : message ?? (failing == 1 ? "1 row breaks it" : $"{failing} rows break it"));
    }

    async Task<IReadOnlyList<string>> SampleAsync(string query, IReadOnlySet<string> pii, CancellationToken ct)
    {
        var columns = (await Catalog.DescribeAsync(connection, dialect, query, ct)).Select(c => c.Name).ToList();
        var list = columns.Where(c => !c.StartsWith('_')).Select(c => pii.Contains(c) ? $"'***' AS {dialect.Quote(c)}" : dialect.Quote(c)).DefaultIfEmpty("*").ToList();
        return await connection.QueryAsync($"SELECT {dialect.RowAsJson(columns.Where(c => !c.StartsWith('_')).ToList())} FROM (SELECT {string.Join(", ", list)} FROM ({query}) AS q ORDER BY {string.Join(", ", Enumerable.Range(1, list.Count))} LIMIT {Samples}) s", r => r.GetString(0), ct);
    }

    async Task<long> CountAsync(string query, CancellationToken ct) => await connection.ScalarAsync<long>($"SELECT count(*) FROM ({query}) AS q", ct);
}
