using System.CommandLine;
using Cartage.Host.Gen;
using Cartage.Host.Output;
using Cartage.Ingest.Crawling;
using Cartage.Projects;

namespace Cartage.Host.Commands;

static class InitCommand
{
    const string Empty = "empty";

    static IReadOnlyList<string> Templates => [.. Examples.Names, Empty];

    public static Verb Create(Shell shell)
    {
        Argument<string> template = new("template") { Description = $"The example to start from, or '{Empty}'", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "bike-store" };
        Argument<string?> dir = new("dir") { Description = "The new project's folder (default: the template's name)", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> noData = new("--no-data") { Description = "Leave out the sample data" };
        var dryRun = Common.DryRun();
        return new Verb("init", $"Make a new project from an example, with data to try it on ({string.Join(", ", Examples.Names)}), or an {Empty} one for your own data", ["cartage init", "cartage init retail shop", "cartage init empty shop", "cartage init bike-store shop --no-data", "cartage init bike-store shop --dry-run"], template, dir, noData, dryRun)
            .Does(shell, (on, ct) => RunAsync(on, on.Value(template)!, on.Value(dir), on.Value(noData), on.Value(dryRun), ct));
    }

    static async Task<int> RunAsync(Invocation on, string template, string? dir, bool noData, bool dryRun, CancellationToken ct)
    {
        if (!Templates.Contains(template))
            throw new UsageException($"There is no template '{template}'.", Spelling.Suggest(template, Templates) ?? $"There are: {string.Join(", ", Templates)}.");
        var folder = on.PathOf(dir ?? template);
        if (File.Exists(Path.Combine(folder, "project.yml")))
            throw new UsageException($"{dir ?? template}: there is a project already.", "Name another folder: cartage init " + template + " another-name");
        if (template == Empty)
            return MakeEmpty(on, dir ?? template, folder, dryRun);
        var data = noData ? null : Datasets.Find(template);
        if (!dryRun)
        {
            Examples.Copy(template, folder);
            JsonSchemas.Write(folder);
            if (data is not null)
                await on.WhileAsync("Making sample data", () => data.WriteAsync(new(GenCommand.DataFolder(ProjectFiles.Load(folder).Project)), ct));
        }
        Grid files = new("file");
        foreach (var file in Examples.Files(template))
            files.Add(file);
        if (dryRun || on.Format == Format.Json)
            on.Print(files);
        var made = $"{dir ?? template} with {(dryRun ? "these " : "")}{files.Rows.Count} files{(data is null ? "" : " and sample data")}";
        on.Say(dryRun ? $"Would make {made}." : $"Made {made}. Next: cd {Word(dir ?? template)} && {(data is null && Datasets.Find(template) is not null ? $"cartage gen {template} && " : "")}cartage run");
        return ExitCode.Succeeded;
    }

    static int MakeEmpty(Invocation on, string dir, string folder, bool dryRun)
    {
        if (!dryRun)
        {
            Directory.CreateDirectory(Path.Combine(folder, "pipelines"));
            File.WriteAllText(Path.Combine(folder, "project.yml"), $"# yaml-language-server: $schema=.schemas/project.json\nname: {ContractText.Scalar(Path.GetFileName(folder))}\nwarehouse: duckdb\n");
            Examples.Ignore(folder);
            JsonSchemas.Write(folder);
        }
        on.Say($"{(dryRun ? "Would make" : "Made")} {dir}, an empty project. Next: cd {Word(dir)} && cartage crawl PATH --write, where PATH is a file or folder of your data");
        return ExitCode.Succeeded;
    }

    // As a shell wants it.
    static string Word(string path) => path.IndexOfAny([' ', '#', '&', ';', '$', '(', ')']) < 0 ? path : $"'{path}'";
}
