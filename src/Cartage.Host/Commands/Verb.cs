using System.CommandLine;

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

    void Take(Symbol symbol)
    {
        switch (symbol)
        {
            case Argument argument: Add(argument); break;
            case Option option: Add(option); break;
            case Command command: Add(command); break;
        }
    }
}
