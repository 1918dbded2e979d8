using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cartage.Projects;

/// <summary>Fills in <c>${VAR}</c>, <c>${VAR:-default}</c>, <c>${var:name}</c> and <c>${secret:NAME}</c> when a text is used.</summary>
public sealed partial class Resolver(string root, IReadOnlyDictionary<string, string> variables)
{
    readonly Lazy<Dictionary<string, string>> _secrets = new(() => ReadSecrets(Path.Combine(root, ".cartage", "secrets.yml")));

    /// <summary>The text with every reference filled in; what has no value is an error that names the place.</summary>
    public string Resolve(string text, string file, int line) =>
        Reference().Replace(text, match =>
        {
            var name = match.Groups["name"].Value;
            var value = match.Groups["kind"].Value switch
            {
                "var:" => variables.TryGetValue(name, out var v) ? Without(name).Resolve(v, file, line) : null,
                "secret:" => Environment.GetEnvironmentVariable(name) ?? _secrets.Value.GetValueOrDefault(name),
                _ when match.Groups["default"] is { Success: true, Value: var otherwise } => Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : otherwise, // as shells do: empty is not set
                _ => Environment.GetEnvironmentVariable(name),
            };
            return value ?? throw new PipelineException(
                $"{file}:{line}: {match.Value} has no value",
                hint: match.Groups["kind"].Value == "var:" ? "Add it to 'variables' in project.yml, or give it with --var." : "Set it in the environment, or a secret in .cartage/secrets.yml.") { IsMistake = true };
        });

    /// <summary>The variables a text refers to that are not there.</summary>
    public IEnumerable<string> Unknown(string text) =>
        Reference().Matches(text).Where(m => m.Groups["kind"].Value == "var:").Select(m => m.Groups["name"].Value).SelectMany(name => variables.TryGetValue(name, out var v) ? Without(name).Unknown(v) : [name]);

    // A variable that leads back to itself has no value.
    Resolver Without(string name) => new(root, variables.Where(v => v.Key != name).ToDictionary());

    static Dictionary<string, string> ReadSecrets(string path)
    {
        if (!File.Exists(path))
            return [];
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None)
            throw new PipelineException($"{path}: others can read it", hint: "chmod 600 it.");
        try
        {
            var stream = new YamlStream();
            using var text = new StreamReader(path);
            stream.Load(text);
            return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode map ? map.Children.ToDictionary(c => c.Key.ToString(), c => c.Value.ToString()) : [];
        }
        catch (YamlException e)
        {
            throw new PipelineException($"{path}:{e.Start.Line}: it is not YAML; what is wrong is not repeated here, as it could be a secret", hint: "It is a map of names and values: MY_KEY: \"...\"") { IsMistake = true };
        }
    }

    [GeneratedRegex(@"\$\{(?<kind>var:|secret:)?(?<name>[\w.-]+?)(:-(?<default>[^}]*))?\}")]
    private static partial Regex Reference();
}
