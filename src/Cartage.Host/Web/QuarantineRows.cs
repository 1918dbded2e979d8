using System.Data.Common;
using Cartage.Host.Serving;
using Cartage.Ingest;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>A row in quarantine: its columns as text, and why it is there.</summary>
public sealed record QuarantineRow(Guid Id, string Reason, string Rules, string Object, long Record, string? Raw, string Run, DateTimeOffset FirstSeen, string Status, IReadOnlyList<string?> Values);

/// <summary>Which rows are wanted.</summary>
sealed record QuarantineFilter(string Status, string? Rule, string? Run, string? Text, int Skip);

/// <summary>A feed's quarantine, a page at a time.</summary>
sealed record QuarantineRows(IReadOnlyList<string> Columns, IReadOnlyList<QuarantineRow> Rows, long Total, IReadOnlyList<string> Rules)
{
    public const int Shown = 50;

    public static async Task<QuarantineRows?> ReadAsync(Workspace workspace, Feed feed, QuarantineFilter filter, Masking masking, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        var dialect = workspace.Warehouse.Dialect;
        var columns = await Catalog.ColumnsAsync(connection, dialect, feed.Quarantine, ct);
        if (columns.Count == 0)
            return null;
        var own = columns.Where(x => !x.Name.StartsWith('_')).ToList();
        List<(string, object?)> parameters = [];
        List<string> where = [filter.Status == "waiting" ? "_status IN ('open', 'fixed')" : filter.Status == "all" ? "true" : "_status = $status"];
        if (filter.Status is not ("waiting" or "all"))
            parameters.Add(("status", filter.Status));
        Add("rule", filter.Rule, "_rules = $rule");
        Add("run", filter.Run, "_run = $run");
        // What is hidden cannot be searched for either.
        var searched = own.Where(x => !masking.HidesColumn(feed.Quarantine, x.Name)).Select(x => dialect.Quote(x.Name)).Concat(masking.Hides ? ["_rules", "_object"] : ["_reason", "_object", "_raw"]);
        Add("text", filter.Text?.ToLowerInvariant(), $"({string.Join(" OR ", searched.Select(x => $"strpos(lower(CAST({x} AS VARCHAR)), $text) > 0"))})");
        var condition = string.Join(" AND ", where);
        var total = await connection.ScalarAsync<long>($"SELECT count(*) FROM {dialect.Quote(feed.Quarantine)} WHERE {condition}", ct, [.. parameters]);
        var rules = await connection.QueryAsync($"SELECT DISTINCT _rules FROM {dialect.Quote(feed.Quarantine)} ORDER BY 1", r => r.GetString(0), ct);
        var rows = await connection.QueryAsync(
            $"""
            SELECT CAST(_id AS VARCHAR), _reason, _rules, _object, _record, {(masking.HidesColumn(feed.Quarantine, "_raw") ? "'***'" : "_raw")}, _run, _first_seen, _status{string.Concat(own.Select(x => ", " + masking.Select(dialect, feed.Quarantine, [x])))}
            FROM {dialect.Quote(feed.Quarantine)} WHERE {condition} ORDER BY _object, _record, _id LIMIT {Shown} OFFSET {filter.Skip}
            """,
            r => Read(r, own.Count, feed, masking), ct, [.. parameters]);
        return new([.. own.Select(x => x.Name)], rows, total, rules);

        void Add(string name, string? value, string sql)
        {
            if (value is null)
                return;
            where.Add(sql);
            parameters.Add((name, value));
        }
    }

    static QuarantineRow Read(DbDataReader r, int columns, Feed feed, Masking masking) =>
        new(Guid.Parse(r.GetString(0)), masking.Reason(feed, Text(r, 1) ?? ""), Text(r, 2) ?? "", Text(r, 3) ?? "", r.IsDBNull(4) ? 0 : r.GetInt64(4), Text(r, 5), Text(r, 6) ?? "",
            r.IsDBNull(7) ? default : new(DateTime.SpecifyKind(r.GetDateTime(7), DateTimeKind.Utc)), Text(r, 8) ?? "", [.. Enumerable.Range(9, columns).Select(i => Text(r, i))]);

    static string? Text(DbDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
