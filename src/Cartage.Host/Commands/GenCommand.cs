using System.CommandLine;
using Cartage.Host.Gen;
using Cartage.Host.Gen.Sellers;
using Cartage.Host.Output;

namespace Cartage.Host.Commands;

static class GenCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> dataset = new("dataset") { Description = "What to make: bike-store or seller-catalog" };
        Option<string?> dir = new("--dir") { Description = "Where to (default: the project's variable 'data', else .cartage/sample)", HelpName = "dir" };
        Option<int> scale = new("--scale") { Description = "1 is 1,615 orders or 180 things for sale", HelpName = "n", DefaultValueFactory = _ => 1 };
        Option<int> changes = new("--changes") { Description = "Add this many days of changes, a file a day", HelpName = "days" };
        Option<bool> dirt = new("--dirt") { Description = "Break some rows, and list which in a manifest" };
        Option<long> seed = new("--seed") { Description = "The same seed makes the same data", HelpName = "n", DefaultValueFactory = _ => 42 };
        var dryRun = Common.DryRun();
        dataset.AcceptOnlyFromAmong("bike-store", "seller-catalog");
        scale.Validators.Add(x => Refuse(x, scale, 1));
        changes.Validators.Add(x => Refuse(x, changes, 0));
        return new Verb("gen", "Make realistic, seeded shop data at any scale", ["cartage gen bike-store", "cartage gen bike-store --scale 1000", "cartage gen bike-store --changes 60 --dirt", "cartage gen bike-store --dir data --seed 7", "cartage gen seller-catalog --changes 5"], dataset, dir, scale, changes, dirt, seed, dryRun, SellerApiCommand.Create(shell))
            .Does(shell, async (on, ct) =>
            {
                var folder = Folder(on, on.Value(dir));
                if (on.Value(dryRun))
                {
                    on.Say($"Would write {on.Value(dataset)} at scale {on.Value(scale)} to {folder}.");
                    return ExitCode.Succeeded;
                }
                var began = shell.Clock.GetTimestamp();
                var summary = await on.WhileAsync($"Making {on.Value(dataset)} at scale {on.Value(scale)}", MakeAsync(on.Value(dataset)!, new(folder, on.Value(scale), on.Value(changes), on.Value(dirt), on.Value(seed)), ct));
                Print(on, summary);
                on.Say($"Wrote {on.Value(dataset)} at scale {on.Value(scale)} to {on.Near(folder)} in {Cell.Duration(shell.Clock.GetElapsedTime(began))}{(summary.ManifestLines > 0 ? $"; {Opened.Count(summary.ManifestLines, "break")} on purpose, listed beside the files" : "")}.");
                return ExitCode.Succeeded;
            });
    }

    static Task<GenSummary> MakeAsync(string dataset, BikeStoreOptions options, CancellationToken ct) =>
        dataset switch
        {
            "bike-store" => BikeStore.WriteAsync(options, ct),
            "seller-catalog" => SellerCatalog.WriteAsync(options.Folder, options.Scale, options.Changes, options.Seed, ct),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

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
