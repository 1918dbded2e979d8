namespace Cartage.DuckDb;

/// <summary>What a database is opened with, beside what the connection string says.</summary>
static class Settings
{
    /// <summary>Nothing is fetched from the network; errors say where they are; a locked configuration still lets new connections report progress.</summary>
    static readonly IReadOnlyDictionary<string, string> Defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["autoinstall_known_extensions"] = "false",
        ["autoload_known_extensions"] = "false",
        ["errors_as_json"] = "true",
        ["allowed_configs"] = "[enable_progress_bar,enable_progress_bar_print]",
    };

    /// <summary>Progress is only counted while the bar is on, and the bar must not print.</summary>
    public const string Progress = "SET enable_progress_bar_print = false; SET enable_progress_bar = true;";

    public static IEnumerable<KeyValuePair<string, string>> WithDefaults(IReadOnlyDictionary<string, string> given) =>
        Defaults.Where(d => !given.ContainsKey(d.Key)).Concat(given);

    /// <summary>The statement that sets one on a connection.</summary>
    public static string Statement(string name, string value) => $"""SET "{name.Replace("\"", "\"\"")}" = '{value.Replace("'", "''")}';""";
}
