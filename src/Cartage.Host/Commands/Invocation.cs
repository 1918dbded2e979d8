using System.CommandLine;
using System.Text.Json;
using Cartage.Host.Output;

namespace Cartage.Host.Commands;

/// <summary>One verb with what was typed.</summary>
sealed class Invocation(Shell shell, ParseResult parse)
{
    public Shell Shell => shell;

    public Terminal Terminal => shell.Terminal;

    public Format Format => parse.GetValue(Common.Format) is var format && (format <= Format.Json || parse.CommandResult.Command.Name == "query")
        ? format
        : throw new UsageException($"'{parse.CommandResult.Command.Name}' prints table or json; '{format.ToString().ToLowerInvariant()}' is for query only.");

    /// <summary>The whole command, as it was typed.</summary>
    public string CommandText => $"cartage {string.Join(' ', shell.Args)}".TrimEnd();

    public bool Quiet => parse.GetValue(Common.Quiet);

    public bool LogsJson => parse.GetValue(Common.Log) is not null;

    /// <summary>Whether the run may draw over itself.</summary>
    public bool CanDraw => Terminal.ErrorIsTerminal && !Quiet && !LogsJson;

    public T? Value<T>(Option<T> option) => parse.GetValue(option);

    public T? Value<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>A sentence for the person, kept off the data.</summary>
    public void Say(string message)
    {
        if (LogsJson)
            Log("info", "message", message);
        else if (!Quiet)
            Terminal.Error.WriteLine(message);
    }

    /// <summary>A problem, which is said even when quiet.</summary>
    public void Complain(string message)
    {
        if (LogsJson)
            Log("error", "problem", message);
        else
            Terminal.Error.WriteLine(message);
    }

    /// <summary>One event as a line of JSON among the talk.</summary>
    public void Log(string level, string kind, string message, params (string Key, object? Value)[] more)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("at", shell.Clock.GetUtcNow().UtcDateTime);
            json.WriteString("level", level);
            json.WriteString("event", kind);
            foreach (var (key, value) in more)
            {
                json.WritePropertyName(key);
                Cell.WriteJson(json, value);
            }
            json.WriteString("message", message);
            json.WriteEndObject();
        }
        lock (Terminal.Error)
            Terminal.Error.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }

    public void Print(Grid grid) => Terminal.Print(grid, Format);

    /// <summary>The same command, typed in another folder.</summary>
    public Invocation In(string folder) => new(shell with { Folder = folder }, parse);

    /// <summary>An absolute path from one that may be relative to where the command was typed.</summary>
    public string PathOf(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, shell.Folder));

    /// <summary>A path as short as it can be typed from here.</summary>
    public string Near(string path) => path.Contains("://", StringComparison.Ordinal) ? path : Path.GetRelativePath(shell.Folder, path) is var near && !near.StartsWith("..", StringComparison.Ordinal) ? near : path;

    /// <summary>The project's folder: the one given, else here or the nearest parent with a project.yml.</summary>
    public string ProjectFolder()
    {
        if (parse.GetValue(Common.Project) is { } given)
        {
            var folder = PathOf(given);
            return File.Exists(Path.Combine(folder, "project.yml")) ? folder
                : throw new UsageException($"{given}: there is no project.yml in it.", "Name a project's folder, or make one: cartage init bike-store " + given);
        }
        for (var folder = new DirectoryInfo(shell.Folder); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "project.yml")))
                return folder.FullName;
        throw new UsageException("There is no project.yml here or in a folder above.", "Make a project with: cartage init bike-store shop, or name one with --project.");
    }
}
