using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cartage.Host.Commands;

/// <summary>The usual help, and below it the verb's examples.</summary>
sealed class ExamplesHelp : SynchronousCommandLineAction
{
    readonly HelpAction _usual = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        _usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var examples = parseResult.CommandResult.Command is Verb verb ? verb.Examples : ["cartage demo", "cartage init bike-store shop", "cartage run --help"];
        if (examples.Count == 0)
            return ExitCode.Succeeded;
        output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
        return ExitCode.Succeeded;
    }
}
