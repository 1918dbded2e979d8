using System.Data.Common;
using Cartage.Warehouses;

namespace Cartage.Models;

/// <summary>Puts surrogate keys in the places of business keys: the version of the dimension that held at the fact's time.</summary>
sealed class DimensionJoin(DbConnection connection, Dialect dialect, Model model, BuildContext context)
{
    /// <summary>The dimensions that got placeholders.</summary>
    public HashSet<string> Inferred { get; } = [];

    /// <summary>The SELECT with its look-ups, and why its rows must be rejected if a member is missing that may not be.</summary>
    public async Task<(string Select, string? Reject)> WrapAsync(string select, CancellationToken ct)
    {
        if (model.Dimensions.Count == 0)
            return (select, null);
        string? reject = null;
        var joins = new List<string>();
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (look, i) in model.Dimensions.Select((l, i) => (l, i)))
        {
            var (key, surrogate) = Keys(look);
            var table = context.Resolve(new(null, look.Dimension, 0, 0, true)) ?? dialect.Quote(new Table(model.Table.Schema, look.Dimension));
            var missing = $"SELECT DISTINCT q.{dialect.Quote(look.Key)} AS k FROM ({select}) AS q WHERE q.{dialect.Quote(look.Key)} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} d WHERE d.{dialect.Quote(key)} = q.{dialect.Quote(look.Key)})";
            if (look.Missing == MissingMember.Infer)
            {
                if (await InferAsync(table, key, surrogate, missing, ct) > 0)
                    Inferred.Add(look.Dimension);
            }
            else if (look.Missing == MissingMember.Reject && await connection.ScalarAsync<long>($"SELECT count(*) FROM ({missing}) AS m", ct) is > 0 and var n)
                reject = $"{n} values of {look.Key} are not in {look.Dimension}, such as '{await connection.ScalarAsync<string>($"SELECT CAST(min(k) AS {dialect.Text}) FROM ({missing}) AS m", ct)}'";
            var when = look.At is { } at ? $"s.{dialect.Quote(at)} >= d{i}.valid_from AND s.{dialect.Quote(at)} < d{i}.valid_to" : $"d{i}.valid_to = TIMESTAMP '9999-12-31'";
            // The unknown member has no key. DuckDB takes such a condition to keep few rows, and so makes its hash table of the dimension, not of the facts, which is twice the work.
            joins.Add($"LEFT JOIN (SELECT * FROM {table} d WHERE d.{dialect.Quote(key)} IS NOT NULL) d{i} ON d{i}.{dialect.Quote(key)} = s.{dialect.Quote(look.Key)} AND {when}");
            keys[look.Key] = $"coalesce(d{i}.{dialect.Quote(surrogate)}, -1) AS {dialect.Quote(look.Column)}";
        }
        var columns = await Catalog.DescribeAsync(connection, dialect, select, ct);
        var list = string.Join(", ", columns.Select(c => keys.GetValueOrDefault(c.Name) ?? "s." + dialect.Quote(c.Name)));
        return ($"SELECT {list} FROM ({select}) s {string.Join(' ', joins)}", reject);
    }

    // A placeholder has the surrogate that the real first version will get, so facts need not be touched when it comes.
    Task<long> InferAsync(string table, string key, string surrogate, string missing, CancellationToken ct) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO {table} ({dialect.Quote(surrogate)}, {dialect.Quote(key)}, valid_from, valid_to, is_current, is_deleted, _inferred)
            SELECT {Scd2.FirstSurrogate(dialect, "k")}, k, TIMESTAMP '1900-01-01', TIMESTAMP '9999-12-31', true, false, true FROM ({missing}) AS m
            """,
            ct
        );

    (string Key, string Surrogate) Keys(DimensionLookup look) =>
        context.FindModel(look.Dimension)?.Materialization is Materialization.Scd2 scd2
            ? (scd2.Key, scd2.Surrogate)
            : throw new PipelineException($"{model.File}: the dimension '{look.Dimension}' is not an scd2 model", hint: "Look-ups need a surrogate key and validity: make it 'kind: scd2'.");
}
