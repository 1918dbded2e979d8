using System.Runtime.InteropServices;
using Cartage.DuckDb;
using Cartage.Host.Output;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

static class DoctorCommand
{
    const long LittleSpace = 1L << 30;

    sealed record Sign(string Check, bool IsWell, string Detail);

    public static Verb Create(Shell shell) => new Verb("doctor", "Check that this machine and project can run", ["cartage doctor", "cartage doctor --project shop --format json"]).Does(shell, async (on, ct) =>
    {
        List<Sign> signs = [new("runtime", true, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} cores"), await EngineAsync(ct), Templates()];
        try
        {
            signs.AddRange(Project(on, on.ProjectFolder()));
        }
        catch (UsageException e)
        {
            signs.Add(new("project", true, $"none here ({e.Message})"));
        }
        Grid grid = new("check", "state", "detail");
        foreach (var x in signs)
            grid.Add(x.Check, x.IsWell ? "ok" : "problem", x.Detail);
        on.Print(grid);
        return signs.TrueForAll(x => x.IsWell) ? ExitCode.Succeeded : ExitCode.Failed;
    });

    static async Task<Sign> EngineAsync(CancellationToken ct)
    {
        try
        {
            await using DuckDbConnection connection = new("DataSource=:memory:");
            await connection.OpenAsync(ct);
            return new("engine", true, $"DuckDB {await connection.ScalarAsync<string>("SELECT version()", ct)}");
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or DuckDbException)
        {
            return new("engine", false, $"the DuckDB library beside the program does not load: {e.Message} Build again: npm must be there.");
        }
    }

    static Sign Templates() => Examples.Names.Count > 0 ? new("examples", true, string.Join(", ", Examples.Names)) : new("examples", false, "none beside the program, so init and demo have nothing to start from");

    static IEnumerable<Sign> Project(Invocation on, string root)
    {
        var (project, findings) = on.Read();
        yield return new("project", findings.Count == 0, findings.Count == 0 ? root : $"{findings.Count} mistakes: cartage validate");
        yield return Writable("state", project.StateFolder);
        foreach (var (zone, place) in project.Zones.Where(x => x.Key != "inbox" && !x.Value.Contains("://", StringComparison.Ordinal) && !x.Value.Contains("${", StringComparison.Ordinal)))
            yield return Writable($"zone {zone}", Path.GetFullPath(place, root));
        var free = new DriveInfo(root).AvailableFreeSpace;
        yield return new("disk", free > LittleSpace, FormattableString.Invariant($"{free / (double)(1L << 30):N1} GB free"));
        var secrets = Path.Combine(project.StateFolder, "secrets.yml");
        if (!OperatingSystem.IsWindows() && File.Exists(secrets))
            yield return (File.GetUnixFileMode(secrets) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) == UnixFileMode.None
                ? new("secrets", true, "readable by the owner only")
                : new("secrets", false, "others can read .cartage/secrets.yml; chmod 600 it");
        yield return Lock(project);
    }

    static Sign Writable(string name, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return new(name, true, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(name, false, $"{folder} cannot be written: {e.Message}");
        }
    }

    static Sign Lock(Project project)
    {
        try
        {
            using var free = WorkspaceLock.Take(project.StateFolder, "cartage doctor", VersionCommand.Version, TimeProvider.System);
            return new("lock", true, "free");
        }
        catch (PipelineException e)
        {
            return new("lock", true, e.Message);
        }
    }
}
