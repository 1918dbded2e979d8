using System.CommandLine;
using Cartage.Host.Gen;
using Cartage.Host.Output;
using Cartage.Projects;

namespace Cartage.Host.Commands;

static class GenCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> dataset = new("dataset") { Description = $"What to make: {string.Join(", ", Datasets.All.Select(x => x.Name))}" };
        Option<string?> dir = new("--dir") { Description = "Where to (default: the project's variable 'data', else .cartage/sample)", HelpName = "dir" };
        Option<int> scale = new("--scale") { Description = $"1 is {string.Join("; ", Datasets.All.Select(x => $"{x.Name}: {x.AtScale1}"))}", HelpName = "n", DefaultValueFactory = _ => 1 };
        Option<int> days = new("--days") { Description = $"How many days, a file each (default: 30): {string.Join(", ", Datasets.All.Where(x => x.HasDays).Select(x => x.Name))}", HelpName = "n" };
        Option<int> changes = new("--changes") { Description = $"Add this many days of changes, a file a day: {string.Join(", ", Datasets.All.Where(x => x.HasChanges).Select(x => x.Name))}", HelpName = "days" };
        Option<bool> dirt = new("--dirt") { Description = "Break some rows on purpose" };
        Option<long> seed = new("--seed") { Description = "The same seed makes the same data", HelpName = "n", DefaultValueFactory = _ => 42 };
        var dryRun = Common.DryRun();
        dataset.AcceptOnlyFromAmong([.. Datasets.All.Select(x => x.Name)]);
        scale.Validators.Add(x => Refuse(x, scale, 1));
        days.Validators.Add(x => Refuse(x, days, 1));
        changes.Validators.Add(x => Refuse(x, changes, 0));
        return new Verb("gen", "Make realistic, seeded shop data at any scale", ["cartage gen bike-store", "cartage gen bike-store --scale 1000", "cartage gen bike-store --changes 60 --dirt", "cartage gen retail --days 365 --scale 5", "cartage gen transactions --dir data --seed 7", "cartage gen seller-catalog --changes 5"], dataset, dir, scale, days, changes, dirt, seed, dryRun, SellerApiCommand.Create(shell))
            .Does(shell, async (on, ct) =>
            {
                var made = Datasets.Find(on.Value(dataset)!)!;
                if (on.Value(days) > 0 && !made.HasDays)
                    throw new UsageException($"--days means nothing to {made.Name}.", made.HasChanges ? "Days of changes are asked for with --changes." : null);
                if (on.Value(changes) > 0 && !made.HasChanges)
                    throw new UsageException($"--changes means nothing to {made.Name}.", made.HasDays ? "More days are asked for with --days." : null);
                var folder = on.Value(dir) is { } given ? on.PathOf(given) : DataFolder(on.Read().Project);
                if (on.Value(dryRun))
                {
                    on.Say($"Would write {made.Name} at scale {on.Value(scale)} to {folder}.");
                    return ExitCode.Succeeded;
                }
                var request = new GenRequest(folder, on.Value(scale), on.Value(days) is > 0 and var n ? n : 30, on.Value(changes), on.Value(dirt), on.Value(seed));
                var began = shell.Clock.GetTimestamp();
                var summary = await on.WhileAsync($"Making {made.Name} at scale {request.Scale}", () => made.WriteAsync(request, ct));
                Print(on, summary);
                on.Say($"Wrote {made.Name} at scale {request.Scale} to {on.Near(folder)} in {Cell.Duration(shell.Clock.GetElapsedTime(began))}{(summary.ManifestLines > 0 ? $"; {Opened.Count(summary.ManifestLines, "break")} on purpose, listed beside the files" : "")}.");
                return ExitCode.Succeeded;
            });
    }

    /// <summary>Where a project's example reads its data, so that gen and run fit without a word in between.</summary>
    public static string DataFolder(Project project) =>
        Path.GetFullPath(project.Variables.ContainsKey("data") ? new Resolver(project.Root, project.Variables).Resolve("${var:data}", "project.yml", 1) : ".cartage/sample", project.Root);

    static void Print(Invocation on, GenSummary summary)
    {
        Grid grid = new("file", "rows", "bytes");
        foreach (var file in summary.Files)
            grid.Add(file.Name, file.Rows, file.Bytes);
        if (summary.ChangeRows > 0)
            grid.Add("changes", summary.ChangeRows, null);
        if (on.Format == Format.Json)
            on.Print(grid);
        else if (!on.Quiet)
            on.Print(grid.Grouped());
    }

    static void Refuse(System.CommandLine.Parsing.OptionResult result, Option<int> option, int smallest)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < smallest)
            result.AddError($"{option.Name} {value}: the least is {smallest}.");
    }
}
