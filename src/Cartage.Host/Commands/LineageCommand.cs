using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Models;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Commands;

static class LineageCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> name = new("name") { Description = "A model or feed, as name or pipeline.name" };
        return new Verb("lineage", "Show what a table is made of and what is made of it", ["cartage lineage fact_sales", "cartage lineage orders --format json"], name)
            .Looks(shell, async (on, workspace, ct) =>
            {
                var reads = await ReadsAsync(workspace, ct);
                var typed = on.Value(name)!;
                var found = reads.Keys.FirstOrDefault(x => x == typed || x.EndsWith("." + typed, StringComparison.Ordinal))
                    ?? throw new UsageException($"There is no model or feed '{typed}'.", Spelling.Suggest(typed, reads.Keys.Select(x => x.Split('.')[1])) ?? "See: cartage ls models, cartage ls feeds");
                var readBy = reads.SelectMany(x => x.Value.Select(y => (From: y, To: x.Key))).ToLookup(x => x.From, x => x.To);
                Print(on, found, reads, readBy);
                return ExitCode.Succeeded;
            });
    }

    /// <summary>What each model and feed reads, all as pipeline.name.</summary>
    static async Task<Dictionary<string, IReadOnlyList<string>>> ReadsAsync(Workspace workspace, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<string>> reads = [];
        await using var connection = await workspace.Warehouse.OpenDoorAsync(ct);
        foreach (var pipeline in workspace.Project.Pipelines)
        {
            foreach (var feed in pipeline.Feeds)
                reads[$"{pipeline.Name}.{feed.Name}"] = [];
            foreach (var model in pipeline.Models)
                reads[$"{pipeline.Name}.{model.Name}"] = [.. (await ModelReads.ForAsync(connection, model, ct)).Select(x => Resolve(workspace, pipeline.Name, x)).Distinct()];
        }
        return reads;
    }

    // A schema is a pipeline's, whatever of its three it is; a history table is its feed.
    static string Resolve(Workspace workspace, string pipeline, string read)
    {
        var parts = read.Split('.', 2);
        var owner = parts.Length == 1 ? pipeline : workspace.Project.Pipelines.Select(x => x.Name).FirstOrDefault(x => Warehouses.Table.ModelSchema(x) is var schema && (parts[0] == schema || parts[0] == schema + "_raw")) ?? parts[0];
        var name = parts[^1];
        var isHistory = name.EndsWith("_history", StringComparison.Ordinal) && workspace.Project.Pipelines.FirstOrDefault(x => x.Name == owner)?.Feeds.Any(x => x.History.Name == name) == true;
        return $"{owner}.{(isHistory ? name[..^"_history".Length] : name)}";
    }

    static void Print(Invocation on, string root, Dictionary<string, IReadOnlyList<string>> reads, ILookup<string, string> readBy)
    {
        if (on.Format == Format.Json)
        {
            on.Terminal.Out.WriteLine(Cell.Json(new Dictionary<string, object?> { ["name"] = root, ["reads"] = Reach(root, Reads).Order(), ["read_by"] = Reach(root, x => readBy[x]).Order() }));
            return;
        }
        on.Terminal.Out.WriteLine(root);
        Branch("is made of", Reads);
        Branch("is read by", x => readBy[x]);

        IEnumerable<string> Reads(string x) => reads.GetValueOrDefault(x) ?? [];

        void Branch(string title, Func<string, IEnumerable<string>> next)
        {
            on.Terminal.Out.WriteLine($"  {title}{(next(root).Any() ? "" : " nothing")}");
            Tree(root, "  ", next);
        }

        void Tree(string node, string indent, Func<string, IEnumerable<string>> next)
        {
            var children = next(node).Order(StringComparer.Ordinal).ToList();
            foreach (var (child, isLast) in children.Select((x, i) => (x, i == children.Count - 1)))
            {
                on.Terminal.Out.WriteLine($"{indent}{(isLast ? "└─ " : "├─ ")}{child}");
                Tree(child, indent + (isLast ? "   " : "│  "), next);
            }
        }
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
