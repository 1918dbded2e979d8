using System.Text.Json;

namespace Cartage.Runs;

/// <summary>Who owns a project's state folder: the process, what it runs and since when.</summary>
public sealed record Holder(int ProcessId, string Command, DateTimeOffset Since, string Version);

/// <summary>The lock on a project's state folder; the operating system frees it when the process ends, however it ends.</summary>
public sealed class WorkspaceLock : IDisposable
{
    readonly FileStream _file;

    WorkspaceLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or says who has it.</summary>
    public static WorkspaceLock Take(string stateFolder, string command, string version, TimeProvider clock)
    {
        FileStream file;
        try
        {
            Directory.CreateDirectory(stateFolder);
            file = new(Path.Combine(stateFolder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw InUse(stateFolder);
        }
        catch (UnauthorizedAccessException)
        {
            throw new PipelineException($"{stateFolder}: permission denied", hint: "Run as the user the project belongs to, or take the folder over with everything in it (chown -R).");
        }
        File.WriteAllText(HolderFile(stateFolder), JsonSerializer.Serialize(new Holder(Environment.ProcessId, command, clock.GetUtcNow(), version), RunJson.Default.Holder));
        return new(file);
    }

    /// <summary>What to say to whom the lock was refused.</summary>
    public static PipelineException InUse(string stateFolder) =>
        new(
            ReadHolder(stateFolder) is { } holder
                ? $"the project is in use by process {holder.ProcessId} ('{holder.Command}', since {holder.Since.UtcDateTime:HH:mm:ss} UTC)"
                : "the project is in use by another process",
            isTransient: true,
            hint: "Wait for it to end, or stop it."
        );

    /// <summary>Who holds the lock, as far as it is written down.</summary>
    public static Holder? ReadHolder(string stateFolder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(HolderFile(stateFolder)), RunJson.Default.Holder);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    static string HolderFile(string stateFolder) => Path.Combine(stateFolder, "holder.json");
}
