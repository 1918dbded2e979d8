using Cartage.Projects;

namespace Cartage.Connectors.Notifiers;

/// <summary>A connection's settings, resolved as they are read; what is wrong is said with the place it is written.</summary>
sealed class Settings(Project project, ConnectionSpec connection)
{
    readonly Resolver _resolver = new(project.Root, project.Variables);

    public string? Text(string key) => connection.Settings.TryGetValue(key, out var text) ? _resolver.Resolve(text, connection.File, connection.Line) : null;

    public string Required(string key) => Text(key) is { Length: > 0 } text ? text : throw Wrong(key, "it is missing");

    public Uri Url(string key, params string[] schemes) =>
        Uri.TryCreate(Required(key), UriKind.Absolute, out var url) && schemes.Contains(url.Scheme) ? url : throw Wrong(key, $"an address that begins with {string.Join(" or ", schemes.Select(s => s + "://"))} is wanted");

    public string Choice(string key, string usual, params string[] options) =>
        Text(key) is not { } text ? usual : options.Contains(text) ? text : throw Wrong(key, $"one of {string.Join(", ", options)} is wanted, not '{text}'");

    public IReadOnlyDictionary<string, string> Below(string prefix) =>
        connection.Settings.Keys.Where(k => k.StartsWith(prefix + ".", StringComparison.Ordinal)).ToDictionary(k => k[(prefix.Length + 1)..], k => Text(k)!);

    public PipelineException Wrong(string key, string why) => new($"{connection.File}:{connection.Line}: the connection '{connection.Name}', '{key}': {why}");
}
