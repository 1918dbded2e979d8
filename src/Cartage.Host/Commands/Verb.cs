using System.CommandLine;
using System.CommandLine.Parsing;
using Cartage.Projects;

namespace Cartage.Host.Commands;

/// <summary>A command with examples for its help.</summary>
sealed class Verb : Command
{
    public Verb(string name, string description, IReadOnlyList<string> examples, params IReadOnlyList<Symbol> symbols)
        : base(name, description)
    {
        Examples = examples;
        foreach (var symbol in symbols)
            Take(symbol);
    }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>Says what the verb does.</summary>
    public Verb Does(Shell shell, Func<Invocation, CancellationToken, Task<int>> act)
    {
        SetAction((parse, ct) => act(new(shell, parse), ct));
        return this;
    }

    // What looks like an option and is none would else be taken for the argument.
    void RefuseOption(ArgumentResult result)
    {
        if (result.Tokens.Select(x => x.Value).FirstOrDefault(x => x.Length > 1 && x[0] == '-' && !x.Any(char.IsWhiteSpace)) is not { } typed)
            return;
        result.AddError($"There is no option '{typed}'. {Spelling.Suggest(typed, Options.Concat(Common.All).Select(x => x.Name))}".TrimEnd());
    }

    void Take(Symbol symbol)
    {
        switch (symbol)
        {
            case Argument argument: Add(argument); argument.Validators.Add(RefuseOption); break;
            case Option option: Add(option); break;
            case Command command: Add(command); break;
        }
    }
}
