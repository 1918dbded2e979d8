using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Projects;

namespace Cartage.Host.Commands;

static class InitCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> template = new("template") { Description = $"The example to start from", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "bike-store" };
        Argument<string?> dir = new("dir") { Description = "The new project's folder (default: the template's name)", Arity = ArgumentArity.ZeroOrOne };
        var dryRun = Common.DryRun();
        return new Verb("init", "Make a new project from an example", ["cartage init", "cartage init bike-store shop", "cartage init bike-store shop --dry-run"], template, dir, dryRun)
            .Does(shell, (on, _) => Task.FromResult(Run(on, on.Value(template)!, on.Value(dir), on.Value(dryRun))));
    }

    static int Run(Invocation on, string template, string? dir, bool dryRun)
    {
        if (!Examples.Names.Contains(template))
            throw new UsageException($"There is no template '{template}'.", Spelling.Suggest(template, Examples.Names) ?? $"There are: {string.Join(", ", Examples.Names)}.");
        var folder = on.PathOf(dir ?? template);
        if (File.Exists(Path.Combine(folder, "project.yml")))
            throw new UsageException($"{dir ?? template}: there is a project already.", "Name another folder: cartage init " + template + " another-name");
        if (!dryRun)
        {
            Examples.Copy(template, folder);
            JsonSchemas.Write(folder);
        }
        Grid files = new("file");
        foreach (var file in Examples.Files(template))
            files.Add(file);
        if (dryRun || on.Format == Format.Json)
            on.Print(files);
        on.Say(dryRun ? $"Would make {dir ?? template} with these {files.Rows.Count} files." : $"Made {dir ?? template} with {files.Rows.Count} files. Next: cd {dir ?? template} && cartage gen {template} && cartage run");
        return ExitCode.Succeeded;
    }
}
