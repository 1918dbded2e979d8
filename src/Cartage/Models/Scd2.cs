using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>
/// A type 2 slowly changing dimension as a pure function of the versions its SELECT returns: whatever order or batches they came in, the same rows.
/// A surrogate is 60 bits of md5 over the key (first version) or the key and the version's start: positive, stable, the same on every engine.
/// </summary>
sealed class Scd2(DbConnection connection, Dialect dialect, Model model, Materialization.Scd2 scd2, BuildContext context)
{
    const string First = "TIMESTAMP '1900-01-01'";
    /// <summary>The end of what still holds.</summary>
    public const string Last = "TIMESTAMP '9999-12-31'";

    static readonly HashSet<string> Order = ["_object", "_record"];

    /// <summary>The surrogate of a key's first version, which an inferred member has from the start.</summary>
    public static string FirstSurrogate(Dialect dialect, string key) => dialect.Surrogate($"CAST({key} AS {dialect.Text})");

    /// <summary>The SELECT of the whole dimension: surrogate, the versions' columns, validity, and the unknown member.</summary>
    public async Task<string> SelectAsync(string versions, CancellationToken ct)
    {
        var columns = await Catalog.DescribeAsync(connection, dialect, versions, ct);
        var attributes = columns.Where(c => c.Name != scd2.Key && c.Name != scd2.UpdatedAt && c.Name != scd2.Deleted && !Order.Contains(c.Name)).ToList();
        var key = dialect.Quote(scd2.Key);
        var names = string.Concat(attributes.Select(a => ", " + dialect.Quote(a.Name)));
        var deleted = scd2.Deleted is { } d ? $"coalesce({dialect.Quote(d)}, false)" : "false";
        var start = scd2.UpdatedAt is { } u ? $"coalesce(CAST({dialect.Quote(u)} AS TIMESTAMP), {First})" : Sql.Timestamp(context.Interval.End);
        var order = columns.Select(c => c.Name).Where(Order.Contains).Order(StringComparer.Ordinal).Select(dialect.Quote).ToList();
        var source = $"SELECT {key}{names}, {start} AS _eff, {deleted} AS _del{string.Concat(order.Select(c => ", " + c))} FROM ({versions}) AS v WHERE {key} IS NOT NULL";
        // Observed again for the same instant, as by hand between two ticks of a schedule, the later observation holds.
        if (scd2.UpdatedAt is null && await StoredAsync(ct))
        {
            source = $"""
                SELECT *, 1 AS _now FROM ({source}) AS s
                UNION ALL SELECT {key}{names}, valid_from, is_deleted{string.Concat(order.Select(_ => ", NULL"))}, 0 FROM {dialect.Quote(model.Table)} WHERE {dialect.Quote(scd2.Surrogate)} <> -1 AND NOT _inferred
                """;
            order = ["_now", .. order];
        }
        var tie = string.Concat(order.Select(c => c + " DESC NULLS LAST, "));
        var shown = await connection.ScalarAsync<bool>($"SELECT count(*) = count(DISTINCT {key}) FROM ({source}) AS v", ct)
            ? $"SELECT {key}{names}, _eff, _del, 1 AS _n, CAST(NULL AS TIMESTAMP) AS _next FROM ({source}) AS v"
            : $"""
                SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY _eff) AS _n, lead(_eff) OVER (PARTITION BY {key} ORDER BY _eff) AS _next
                FROM (SELECT * FROM (SELECT *, lag(_h) OVER (PARTITION BY {key} ORDER BY _eff) AS _before
                    FROM (SELECT *, row_number() OVER (PARTITION BY {key}, _eff ORDER BY {tie} _h DESC) AS _place FROM (SELECT *, {dialect.Content(attributes.Select(a => a.Name).Append("_del"))} AS _h FROM ({source}) AS v) AS h) AS p
                    WHERE _place = 1) AS b
                  WHERE _before IS NULL OR _before <> _h) AS c
                """;
        return $"""
            SELECT CASE WHEN _n = 1 THEN {FirstSurrogate(dialect, key)} ELSE {dialect.Surrogate($"CAST({key} AS {dialect.Text}) || '|' || CAST({string.Format(null, dialect.EpochMicros, "_eff")} AS {dialect.Text})")} END AS {dialect.Quote(scd2.Surrogate)},
              {key}{names}, CASE WHEN _n = 1 THEN {First} ELSE _eff END AS valid_from, coalesce(_next, {Last}) AS valid_to,
              _next IS NULL AND NOT _del AS is_current, _del AS is_deleted, false AS _inferred
            FROM ({shown}) AS shown
            UNION ALL
            SELECT -1, NULL{string.Concat(attributes.Select(a => a.Type == "VARCHAR" ? ", 'Unknown'" : ", NULL"))}, {First}, {Last}, true, false, false
            """;
    }

    Task<bool> StoredAsync(CancellationToken ct) => Catalog.ExistsAsync(connection, dialect, model.Table, ct);
}
