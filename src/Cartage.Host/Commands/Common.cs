using System.CommandLine;
using Cartage.Host.Output;

namespace Cartage.Host.Commands;

/// <summary>The options every verb takes, and those that several share.</summary>
static class Common
{
    public static Option<string?> Project { get; } = new("--project") { Description = "The project's folder (default: here, or the nearest parent with a project.yml)", HelpName = "dir", Recursive = true };

    public static Option<Format> Format { get; } = new("--format") { Description = "How data is printed: table or json; query has jsonl and csv too", HelpName = "table|json", Recursive = true };

    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No talk, only data and errors", Recursive = true };

    public static Option<string?> Log { get; } = new("--log") { Description = "'json' turns the talk into one JSON object a line", HelpName = "json", Recursive = true };

    public static IReadOnlyList<Option> All { get; } = [Project, Format, Quiet, Log.AcceptJson()];

    /// <summary>The environment laid over the rest of project.yml.</summary>
    public static Option<string?> Env() => new("--env") { Description = "The environment of project.yml to use", HelpName = "name" };

    /// <summary>Values for the project's variables.</summary>
    public static Option<string[]> Var() => new("--var") { Description = "Set a variable of the project", HelpName = "name=value", DefaultValueFactory = _ => [] };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Say what would be done, and do nothing" };

    /// <summary>How many rows are printed at most.</summary>
    public static Option<int?> Limit(string otherwise)
    {
        Option<int?> limit = new("--limit") { Description = $"The most rows printed {otherwise}", HelpName = "n" };
        limit.Validators.Add(x =>
        {
            if (x.Tokens.Count == 1 && int.TryParse(x.Tokens[0].Value, out var value) && value < 1)
                x.AddError($"--limit {value}: the least is 1.");
        });
        return limit;
    }

    public static Argument<string?> Selector() => new("selector") { Description = "What to take: a name, +name, name+, tag:daily, bike-store.*, status:failed (default: everything)", Arity = ArgumentArity.ZeroOrOne };

    static Option<string?> AcceptJson(this Option<string?> option)
    {
        option.AcceptOnlyFromAmong("json");
        return option;
    }
}
