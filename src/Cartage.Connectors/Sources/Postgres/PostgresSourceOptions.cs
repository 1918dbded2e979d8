using Cartage.Projects;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>Where the server is and how it is to be treated. <paramref name="Margin"/> is taken off the bound that no later commit can fall below; a transaction open for longer than <paramref name="MaxHold"/> no longer holds it back.</summary>
sealed record PostgresSourceOptions(ConnectionSpec Connection, string Url, int Parallel, TimeSpan StatementTimeout, TimeSpan LockTimeout, TimeSpan Margin, TimeSpan MaxHold)
{
    /// <summary>The settings a connection has.</summary>
    public static readonly string[] Settings = ["url", "parallel", "statement_timeout", "lock_timeout", "margin", "max_hold"];

    /// <summary>Reads a connection of a project; a <see cref="PipelineException"/> says what cannot be read.</summary>
    public static PostgresSourceOptions Read(Project project, ConnectionSpec connection)
    {
        if (!connection.Settings.TryGetValue("url", out var url))
            throw new PipelineException($"{connection.File}:{connection.Line}: the connection '{connection.Name}' has no 'url'", hint: "Write it as postgres://user:password@host:5432/database.");
        return new(
            connection,
            new Resolver(project.Root, project.Variables).Resolve(url, connection.File, connection.Line),
            !connection.Settings.TryGetValue("parallel", out var parallel) ? 4
                : int.TryParse(parallel, out var n) && n is > 0 and <= 100 ? n
                : throw new PipelineException($"{connection.File}:{connection.Line}: 'parallel' must be a whole number from 1 to 100, not '{parallel}'"),
            Duration("statement_timeout", TimeSpan.FromHours(1)),
            Duration("lock_timeout", TimeSpan.FromSeconds(30)),
            Duration("margin", TimeSpan.FromSeconds(5)),
            Duration("max_hold", TimeSpan.FromHours(1))
        );

        TimeSpan Duration(string setting, TimeSpan otherwise) =>
            !connection.Settings.TryGetValue(setting, out var text) ? otherwise
            : Durations.TryParse(text, out var span) ? span
            : throw new PipelineException($"{connection.File}:{connection.Line}: '{setting}' must be a duration such as 30s, not '{text}'");
    }
}
