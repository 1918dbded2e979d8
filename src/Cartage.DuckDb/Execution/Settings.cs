namespace Cartage.DuckDb;

/// <summary>What a database is opened with, beside what the connection string says.</summary>
static class Settings
{
    /// <summary>Nothing is fetched from the network; errors say where they are.</summary>
    static readonly IReadOnlyDictionary<string, string> Defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["autoinstall_known_extensions"] = "false",
        ["autoload_known_extensions"] = "false",
        ["errors_as_json"] = "true",
    };

    public static IEnumerable<KeyValuePair<string, string>> WithDefaults(IReadOnlyDictionary<string, string> given) =>
        Defaults.Where(d => !given.ContainsKey(d.Key)).Concat(given);

    /// <summary>The statement that sets one on a connection.</summary>
    public static string Statement(string name, string value) => $"""SET "{name.Replace("\"", "\"\"")}" = '{value.Replace("'", "''")}';""";
}
