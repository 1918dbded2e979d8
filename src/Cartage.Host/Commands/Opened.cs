using Cartage.Host.Socket;
using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Host.Commands;

/// <summary>How verbs come by the project and its tables.</summary>
static class Opened
{
    /// <summary>The project and every mistake in its files.</summary>
    public static LoadedProject Read(this Invocation on, string? env = null, IReadOnlyList<string>? variables = null) =>
        ProjectFiles.Load(on.ProjectFolder(), env, Pairs("--var", variables ?? [])) is var loaded
            ? loaded with { Findings = [.. loaded.Findings, .. Connectors.Connectors.Findings(loaded.Project)] }
            : throw new System.Diagnostics.UnreachableException();

    /// <summary>The same with the mistakes in its SQL.</summary>
    public static Task<LoadedProject> ReadAsync(this Invocation on, string? env, IReadOnlyList<string> variables, CancellationToken ct) => Binding.CheckAsync(on.Read(env, variables), ct);

    /// <summary>The project when it has no mistakes; else every mistake is said and there is none.</summary>
    public static async Task<Project?> LoadAsync(this Invocation on, string? env, IReadOnlyList<string> variables, CancellationToken ct)
    {
        var loaded = on.Read(env, variables);
        if (loaded.Findings.Count == 0 && SoundProject.IsKnown(loaded.Project))
            return loaded.Project;
        var project = on.Accept(await Binding.CheckAsync(loaded, ct));
        if (project is not null)
            SoundProject.Remember(project);
        return project;
    }

    /// <summary>The project when nothing was found; else all of it is said and there is none.</summary>
    public static Project? Accept(this Invocation on, LoadedProject loaded)
    {
        if (loaded.Findings.Count == 0)
            return loaded.Project;
        foreach (var finding in loaded.Findings)
            on.Complain(finding.ToString());
        on.Complain($"{Count(loaded.Findings.Count, "mistake")}. Nothing was done.");
        return null;
    }

    /// <summary>Opens a project's tables and answers other processes' questions for as long as they are open; where another process holds it, a <see cref="HeldException"/> has that one asked.</summary>
    public static async Task<Session> OpenAsync(this Invocation on, Project project, CancellationToken ct, bool serves = false)
    {
        if (on.Shell.Session is { } held)
            return held.Serves && !serves ? held.Lend(project) : throw WorkspaceLock.InUse(project.StateFolder);
        try
        {
            var workspace = await Workspace.OpenAsync(project, on.CommandText, VersionCommand.Version, folders => Connectors.Connectors.OpenWarehouseAsync(project, folders, ct), () => Connectors.Connectors.RunDatabase(project), Sources(project, on.Shell.Clock), Connectors.Connectors.OpenZones(project, on.Shell.Clock), on.Shell.Clock, ct);
            return Session.Start(workspace, on.Shell, serves);
        }
        catch (PipelineException e) when (e.IsTransient)
        {
            throw new HeldException(project.StateFolder, e);
        }
    }

    /// <summary>The same tables under what the user has written since.</summary>
    public static Workspace Under(this Workspace workspace, Project project) => workspace.For(project, Sources(project, workspace.Clock));

    /// <summary>Says what a verb that only looks does; where another process holds the project, that one answers.</summary>
    public static Verb Looks(this Verb verb, Shell shell, Func<Invocation, Workspace, CancellationToken, Task<int>> act) => verb.Does(shell, async (on, ct) =>
    {
        if (shell.Session is { } held)
            return await act(on, held.Workspace, ct);
        if (on.Accept(on.Read()) is not { } project)
            return ExitCode.Wrong;
        // Two processes that only look may meet: the one that comes second asks the first, or finds it gone.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var session = await on.OpenAsync(project, ct);
                return await act(on, session.Workspace, ct);
            }
            catch (HeldException e) when (attempt < 40)
            {
                if (await Client.AskAsync(e.StateFolder, shell, ct) is { } code)
                    return code;
                await Task.Delay(TimeSpan.FromMilliseconds(50), shell.Clock, ct);
            }
        }
    });

    static Func<Ingest.Feed, Ingest.ISource> Sources(Project project, TimeProvider clock) => feed => Connectors.Connectors.OpenSource(project, feed, clock);

    /// <summary><c>1 row</c>, <c>2 rows</c>, <c>1,445 rows</c>.</summary>
    public static string Count(long n, string noun) => FormattableString.Invariant($"{n:N0} {noun}{(n == 1 ? "" : "s")}");

    /// <summary><c>name=value</c> pairs as they were typed after an option.</summary>
    public static Dictionary<string, string> Pairs(string option, IReadOnlyList<string> typed)
    {
        Dictionary<string, string> values = [];
        foreach (var one in typed)
        {
            if (one.IndexOf('=') is not (> 0 and var at))
                throw new UsageException($"{option} {one}: a name and a value are wanted.", $"Write {option} name=value.");
            values[one[..at]] = one[(at + 1)..];
        }
        return values;
    }
}
