using Cartage.DuckDb;
using Cartage.Models;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>Binds one model on empty tables and leaves an empty table of its columns for those below it.</summary>
sealed class ModelBinding(DuckDbConnection connection, Model model, string sql, List<Finding> findings)
{
    const string Describe = "DESCRIBE ";
    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>Whether the model is right, as far as binding can tell.</summary>
    public async Task<bool> BindAsync(CancellationToken ct)
    {
        try
        {
            var selected = await connection.QueryAsync(Describe + sql, r => new Column(r.GetString(0), r.GetString(1)), ct);
            var columns = Shaped(selected);
            var before = findings.Count;
            foreach (var (name, what) in Needed().Where(n => !Has(selected, n.Name) && !Has(columns, n.Name)))
                findings.Add(new(model.File, 1, $"its {what} is the column '{name}', which the SELECT does not return.", Spelling.Suggest(name, selected.Select(c => c.Name))));
            if (selected.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
                findings.Add(new(model.File, model.SqlLine, $"the SELECT returns the column '{twice.Key}' more than once", "Give one another name with 'as'."));
            if (findings.Count > before)
                return false;
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {Sql.Quote(model.Table)} ({string.Join(", ", columns.Select(c => $"{Sql.Quote(c.Name)} {c.Type}"))})", ct);
            return true;
        }
        catch (DuckDbException e)
        {
            var at = e.Position is { } position ? PipelineBinding.LineAt(model.SqlLine, Describe + sql, position) : model.SqlLine;
            findings.Add(new(model.File, at, e.Message.Split('\n')[0], PipelineBinding.Hint(e)));
            return false;
        }
    }

    // The table's columns: surrogates in the places of keys, and what scd2 adds and takes.
    List<Column> Shaped(IReadOnlyList<Column> selected)
    {
        List<Column> columns = [.. selected.Select(c => model.Dimensions.FirstOrDefault(d => d.Key == c.Name) is { } look ? new Column(look.Column, "BIGINT") : c)];
        return model.Materialization is Materialization.Scd2 s
            ? [new(s.Surrogate, "BIGINT"), .. columns.Where(c => c.Name != s.UpdatedAt && c.Name != s.Deleted && c.Name is not ("_object" or "_record")), new("valid_from", "TIMESTAMP"), new("valid_to", "TIMESTAMP"), new("is_current", "BOOLEAN"), new("is_deleted", "BOOLEAN")]
            : columns;
    }

    IEnumerable<(string Name, string What)> Needed() =>
    [
        .. model.Dimensions.SelectMany(d => new[] { (d.Key, $"look-up of {d.Column}"), (d.At ?? d.Key, $"look-up of {d.Column}") }).Distinct(),
        .. model.Materialization switch
        {
            Materialization.FullTable t => t.Key.Select(k => (k, "key")),
            Materialization.Merge m => m.Key.Select(k => (k, "key")),
            Materialization.Scd2 s => [(s.Key, "key"), (s.UpdatedAt ?? s.Key, "updated_at"), (s.Deleted ?? s.Key, "deleted")],
            Materialization.ReplaceInterval i => [(i.Time, "time")],
            _ => Array.Empty<(string, string)>(),
        },
    ];

    static bool Has(IEnumerable<Column> columns, string name) => columns.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
