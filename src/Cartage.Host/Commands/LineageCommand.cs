using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

static class LineageCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> name = new("name") { Description = "A model or feed, as name or pipeline.name; or one of its columns, with a dot before it" };
        return new Verb("lineage", "Show what a table or a column is made of and what is made of it", ["cartage lineage fact_sales", "cartage lineage fact_sales.total_price", "cartage lineage orders --format json"], name)
            .Looks(shell, async (on, workspace, ct) =>
            {
                await using var door = await workspace.Warehouse.OpenDoorAsync(ct);
                var tables = await TableGraph.OfAsync(door, workspace.Project, ct);
                var typed = on.Value(name)!;
                if (Find(tables, typed) is { } table)
                {
                    var sources = workspace.Project.Pipelines.SelectMany(p => p.Feeds).ToDictionary(f => $"{f.Pipeline}.{f.Name}", f => TableCatalog.Source(workspace.Project, f));
                    Print(on, table, new("is made of", "reads", x => tables.Reads.GetValueOrDefault(x) ?? []), new("is read by", "read_by", x => tables.ReadBy[x]), sources);
                    return ExitCode.Succeeded;
                }
                if (typed.LastIndexOf('.') is not (> 0 and var dot) || Find(tables, typed[..dot]) is not { } owner)
                    throw new UsageException($"There is no model or feed '{typed}'.", Spelling.Suggest(typed, tables.Reads.Keys.Select(x => x.Split('.')[1])) ?? "See: cartage ls models, cartage ls feeds");
                await using var connection = await workspace.Warehouse.OpenAsync(ct);
                var columns = await ColumnGraph.OfAsync(door, workspace.Project, tables, async feed => [.. (await Catalog.ColumnsAsync(connection, workspace.Warehouse.Dialect, feed.Base, ct)).Select(c => c.Name)], ct);
                var column = columns.ColumnsOf(owner).FirstOrDefault(c => c.Equals(typed[(dot + 1)..], StringComparison.OrdinalIgnoreCase))
                    ?? throw new UsageException($"{owner} has no column '{typed[(dot + 1)..]}'.", Spelling.Suggest(typed[(dot + 1)..], columns.ColumnsOf(owner)) ?? $"It has {string.Join(", ", columns.ColumnsOf(owner).Where(c => !c.StartsWith('_')))}.");
                var usedIn = columns.UsedIn;
                Print(on, $"{owner}.{column}", new("is computed from", "computed_from", x => columns.From.GetValueOrDefault(x) ?? []), new("is used in", "used_in", x => usedIn[x]), new Dictionary<string, string>());
                return ExitCode.Succeeded;
            });
    }

    // A way from a name to others, its title and its name in JSON.
    sealed record Way(string Title, string Key, Func<string, IEnumerable<string>> Next);

    static string? Find(TableGraph tables, string typed) => tables.Reads.Keys.FirstOrDefault(x => x == typed || x.EndsWith("." + typed, StringComparison.Ordinal));

    static void Print(Invocation on, string root, Way up, Way down, IReadOnlyDictionary<string, string> sources)
    {
        if (on.Format == Format.Json)
        {
            on.Terminal.Out.WriteLine(Cell.Json(new Dictionary<string, object?> { ["name"] = root, [up.Key] = Reach(root, up.Next).Order(StringComparer.Ordinal), [down.Key] = Reach(root, down.Next).Order(StringComparer.Ordinal) }));
            return;
        }
        on.Terminal.Out.WriteLine(Named(root));
        foreach (var way in new[] { up, down })
        {
            on.Terminal.Out.WriteLine($"  {way.Title}{(way.Next(root).Any() ? "" : " nothing")}");
            Tree(root, "  ", way.Next);
        }

        void Tree(string node, string indent, Func<string, IEnumerable<string>> next)
        {
            var children = next(node).Order(StringComparer.Ordinal).ToList();
            foreach (var (child, isLast) in children.Select((x, i) => (x, i == children.Count - 1)))
            {
                on.Terminal.Out.WriteLine($"{indent}{(isLast ? "└─ " : "├─ ")}{Named(child)}");
                Tree(child, indent + (isLast ? "   " : "│  "), next);
            }
        }

        string Named(string name) => sources.TryGetValue(name, out var source) ? $"{name}  ({source})" : name;
    }

    static HashSet<string> Reach(string root, Func<string, IEnumerable<string>> next)
    {
        HashSet<string> seen = [];
        Stack<string> open = new([root]);
        while (open.TryPop(out var node))
            foreach (var x in next(node).Where(seen.Add))
                open.Push(x);
        return seen;
    }
}
