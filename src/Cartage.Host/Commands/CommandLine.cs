using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Cartage.DuckDb;
using Cartage.Host.Output;
using Cartage.Host.Socket;
using Cartage.Projects;

namespace Cartage.Host.Commands;

/// <summary>The verbs, and what is the same for all of them.</summary>
static partial class CommandLine
{
    public static async Task<int> RunAsync(string[] args, Shell shell, CancellationToken ct)
    {
        var terminal = shell.Terminal;
        try
        {
            var parse = Root(shell with { Args = args }).Parse(args);
            if (parse.Errors.Count > 0 && parse.Action is not ExamplesHelp)
                return Refuse(parse, shell);
            return await parse.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Out, Error = terminal.Error }, ct);
        }
        catch (HeldException e)
        {
            if (await Client.AskAsync(e.StateFolder, shell with { Args = args }, ct) is { } code)
                return code;
            await terminal.Error.WriteLineAsync(Sentence(e.Cause.Message, e.Cause.Hint));
            return ExitCode.Failed;
        }
        catch (UsageException e)
        {
            await terminal.Error.WriteLineAsync(Sentence(e.Message, e.Hint));
            return ExitCode.Wrong;
        }
        catch (PipelineException e)
        {
            await terminal.Error.WriteLineAsync(Sentence(e.Message, e.Hint));
            return e.IsMistake ? ExitCode.Wrong : ExitCode.Failed;
        }
        catch (DuckDbException e) when (e.IsOfFile)
        {
            await terminal.Error.WriteLineAsync(Sentence(e.Message.Split("\n\n")[0], "If the disk is full, free some space and run again. If the file is damaged, put a copy in its place, or move it away and run again: what has landed is loaded anew."));
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await terminal.Error.WriteLineAsync(e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await terminal.Error.WriteLineAsync("Interrupted.");
            return ExitCode.Interrupted;
        }
        finally
        {
            await terminal.Out.FlushAsync(CancellationToken.None);
            await terminal.Error.FlushAsync(CancellationToken.None);
        }
    }

    internal static RootCommand Root(Shell shell)
    {
        var root = new RootCommand("Cartage runs data pipelines: a folder of SQL and YAML becomes tables you can trust.");
        root.Options.Clear();
        root.Options.Add(new HelpOption { Action = new ExamplesHelp() });
        foreach (var option in Common.All)
            root.Options.Add(option);
        foreach (var verb in Verbs(shell))
            root.Subcommands.Add(verb);
        return root;
    }

    static IEnumerable<Verb> Verbs(Shell shell) =>
    [
        InitCommand.Create(shell),
        ValidateCommand.Create(shell),
        PlanCommand.Create(shell),
        RunCommand.Create(shell),
        BackfillCommand.Create(shell),
        ReplayCommand.Create(shell),
        DiffCommand.Create(shell),
        CheckCommand.Create(shell),
        QueryCommand.Create(shell),
        CrawlCommand.Create(shell),
        LsCommand.Create(shell),
        LogsCommand.Create(shell),
        QuarantineCommand.Create(shell),
        ConnectionsCommand.Create(shell),
        LineageCommand.Create(shell),
        ExplainCommand.Create(shell),
        UpCommand.Create(shell),
        ServeCommand.Create(shell),
        UserCommand.Create(shell),
        TokenCommand.Create(shell),
        NotifyCommand.Create(shell),
        GcCommand.Create(shell),
        DoctorCommand.Create(shell),
        GenCommand.Create(shell),
        DemoCommand.Create(shell),
        VersionCommand.Create(shell),
    ];

    static int Refuse(ParseResult parse, Shell shell)
    {
        var error = shell.Terminal.Error;
        var problems = parse.Errors.Select(x => x.Message).Distinct().ToList();
        // A verb that is misspelt is also a verb that is missing; the first says more.
        foreach (var problem in problems.Count > 1 ? problems.Where(x => !x.StartsWith("Required command", StringComparison.Ordinal)) : problems)
            error.WriteLine(TypeName().Replace(problem, x => x.Value.Contains(nameof(Format), StringComparison.Ordinal) ? "as a format" : x.Value.Contains("Int", StringComparison.Ordinal) ? "as a whole number" : "as a number"));
        if (parse.UnmatchedTokens is [var typed, ..] && Spelling.Suggest(typed, parse.CommandResult.Command.Subcommands.Select(x => x.Name)) is { } question)
            error.WriteLine(question);
        var path = parse.CommandResult.Command is RootCommand ? "" : Path(parse) + " ";
        error.WriteLine($"Try: cartage {path}--help");
        return ExitCode.Wrong;
    }

    static string Path(ParseResult parse) =>
        string.Join(' ', parse.CommandResult.Command.Parents.OfType<Command>().Where(x => x is not RootCommand).Select(x => x.Name).Append(parse.CommandResult.Command.Name));

    /// <summary>A message and what to do next.</summary>
    internal static string Sentence(string message, string? hint) => hint is null ? message : $"{message.TrimEnd()}{(message.TrimEnd()[^1] is '.' or '?' or '!' ? "" : ".")} {hint}";

    [GeneratedRegex("as expected type '[^']*'")]
    private static partial Regex TypeName();
}
