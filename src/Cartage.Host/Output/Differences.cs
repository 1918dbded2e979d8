using Cartage.Host.Commands;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Output;

/// <summary>Shows what tells tables apart.</summary>
static class Differences
{
    /// <summary>Those of a replay; tables without any are named in one line.</summary>
    public static void Print(Invocation on, RunResult result) => Print(on, result.Differences);

    public static void Print(Invocation on, IReadOnlyList<TableDifference> differences)
    {
        Grid grid = new("table", "before", "after", "added", "removed", "changed", "column", "rows", "such as", "was", "is");
        foreach (var x in differences.Where(x => on.Format == Format.Json || x.Any))
        {
            var first = x.Columns.Count > 0 ? x.Columns[0] : null;
            grid.Add(x.Table, x.Before, x.After, x.Added, x.Removed, x.Changed, first?.Column, first?.Rows, first?.Key, first?.Before, first?.After);
            foreach (var more in x.Columns.Skip(1))
                grid.Add(x.Table, null, null, null, null, null, more.Column, more.Rows, more.Key, more.Before, more.After);
        }
        if (grid.Rows.Count > 0 || on.Format == Format.Json)
            on.Print(grid);
        foreach (var x in differences.Where(x => x.Shape.Count > 0))
            on.Say($"{x.Table}: {string.Join("; ", x.Shape)}");
        if (differences.Count(x => !x.Any) is > 0 and var same)
            on.Say($"{Opened.Count(same, "table")} without a difference.");
    }
}
