using System.CommandLine;
using Cartage.Host.Gen;
using Cartage.Host.Output;

namespace Cartage.Host.Commands;

static class GenCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> dataset = new("dataset") { Description = "What to make: bike-store" };
        Option<string?> dir = new("--dir") { Description = "Where to (default: the project's variable 'data', else .cartage/sample)", HelpName = "dir" };
        Option<int> scale = new("--scale") { Description = "1 is 1,615 orders; 1000 is 1.6 million", HelpName = "n", DefaultValueFactory = _ => 1 };
        Option<int> changes = new("--changes") { Description = "Add this many days of changes, a file a day", HelpName = "days" };
        Option<bool> dirt = new("--dirt") { Description = "Break some rows, and list which in a manifest" };
        Option<long> seed = new("--seed") { Description = "The same seed makes the same data", HelpName = "n", DefaultValueFactory = _ => 42 };
        var dryRun = Common.DryRun();
        dataset.AcceptOnlyFromAmong("bike-store");
        scale.Validators.Add(x => Refuse(x, scale, 1));
        changes.Validators.Add(x => Refuse(x, changes, 0));
        return new Verb("gen", "Make realistic, seeded shop data at any scale", ["cartage gen bike-store", "cartage gen bike-store --scale 1000", "cartage gen bike-store --changes 60 --dirt", "cartage gen bike-store --dir data --seed 7"], dataset, dir, scale, changes, dirt, seed, dryRun)
            .Does(shell, async (on, ct) =>
            {
                var folder = Folder(on, on.Value(dir));
                if (on.Value(dryRun))
                {
                    on.Say($"Would write {on.Value(dataset)} at scale {on.Value(scale)} to {folder}.");
                    return ExitCode.Succeeded;
                }
                var began = shell.Clock.GetTimestamp();
                var summary = await on.WhileAsync($"Making {on.Value(dataset)} at scale {on.Value(scale)}", BikeStore.WriteAsync(new(folder, on.Value(scale), on.Value(changes), on.Value(dirt), on.Value(seed)), ct));
                Print(on, summary);
                on.Say($"Wrote {on.Value(dataset)} at scale {on.Value(scale)} to {on.Near(folder)} in {Cell.Duration(shell.Clock.GetElapsedTime(began))}{(summary.ManifestLines > 0 ? $"; {Opened.Count(summary.ManifestLines, "break")} on purpose, listed beside the files" : "")}.");
                return ExitCode.Succeeded;
            });
    }

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

    // What the example reads: so that gen and run fit without a word in between.
    static string Folder(Invocation on, string? dir)
    {
        if (dir is not null)
            return on.PathOf(dir);
        var root = on.ProjectFolder();
        return Path.GetFullPath(on.Read().Project.Variables.GetValueOrDefault("data") ?? ".cartage/sample", root);
    }

    static void Refuse(System.CommandLine.Parsing.OptionResult result, Option<int> option, int smallest)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < smallest)
            result.AddError($"{option.Name} {value}: the least is {smallest}.");
    }
}
