using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.Runs;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Warehouses;

/// <summary>Everything a project's tables and its last run say, in words that do not depend on the engine.</summary>
static partial class ConformanceTables
{
    // What is another value in every run.
    static readonly HashSet<string> OfTheRun = ["_run", "_loaded_at", "_id", "_first_seen", "as_of"];

    /// <summary>Every row of every table and view of a pipeline, each line with the name of its table.</summary>
    public static async Task<List<string>> DumpAsync(TestProject project)
    {
        await using var workspace = await project.OpenAsync();
        await using var connection = await workspace.Warehouse.OpenAsync(CancellationToken.None);
        var dialect = workspace.Warehouse.Dialect;
        List<string> lines = [];
        foreach (var pipeline in workspace.Project.Pipelines)
            foreach (var schema in new[] { Table.ModelSchema(pipeline.Name), Table.RawSchema(pipeline.Name), Table.QuarantineSchema(pipeline.Name) })
                foreach (var name in await connection.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = $s ORDER BY 1", r => r.GetString(0), CancellationToken.None, ("s", schema)))
                {
                    var columns = (await Catalog.ColumnsAsync(connection, dialect, new(schema, name), CancellationToken.None)).Select(c => c.Name).Where(c => !OfTheRun.Contains(c)).ToList();
                    lines.Add($"{schema}.{name}: {string.Join(", ", columns)}");
                    lines.AddRange((await connection.QueryAsync($"SELECT {string.Join(", ", columns.Select(c => $"CAST({dialect.Quote(c)} AS VARCHAR)"))} FROM {dialect.Quote(new Table(schema, name))}",
                        r => $"{schema}.{name}| {string.Join(" | ", columns.Select((_, i) => r.IsDBNull(i) ? "NULL" : Plain(r.GetString(i))))}", CancellationToken.None)).Order(StringComparer.Ordinal));
                }
        return lines;
    }

    /// <summary>What a run says of itself: state, where rows went, what became of tables, what checks found.</summary>
    public static IEnumerable<string> Said(RunResult run) =>
    [
        $"run {run.State} {run.Message}",
        .. run.Equations.Select(e => $"{e}"),
        .. run.Tasks.Where(t => t.Kind is "load" or "build").OrderBy(t => t.Kind).ThenBy(t => t.Name).Select(t => $"{t.Kind} {t.Name} {t.State}: {t.Rows} rows, {t.Inserted} in, {t.Updated} changed, {t.Deleted} out, {t.Closed} closed"),
        .. run.Checks.Select(c => $"check {c.Check.Name} {c.Passed} {c.Failing} of {c.Rows} {c.Message} [{TrailingZeros().Replace(string.Join(' ', c.Samples), "$1")}]"),
    ];

    public static async Task<List<string>> QueryAsync(TestProject project, string sql)
    {
        await using var workspace = await project.OpenAsync();
        await using var connection = await workspace.Warehouse.OpenAsync(CancellationToken.None);
        return await connection.QueryAsync(sql, r => string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "" : Text(r.GetValue(i)))), CancellationToken.None);
    }

    static string Text(object value) =>
        value switch
        {
            bool b => b ? "true" : "false",
            DateTime { TimeOfDay.Ticks: 0 } d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTime d => d.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => Plain(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        };

    // 4.50 and 4.5 are one number, 1.0 and 1 too.
    static string Plain(string text) =>
        text.Contains('.') && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? Math.Round(number, 9).ToString("0.#########", CultureInfo.InvariantCulture)
            : TrailingZeros().Replace(text, "$1");

    [GeneratedRegex(@"(\.\d*?[1-9])0+(?=[,}]|$)|(?<=\d)()\.0+(?=[,}]|$)")]
    private static partial Regex TrailingZeros();
}
