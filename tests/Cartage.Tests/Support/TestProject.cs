using System.Diagnostics;
using System.Globalization;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Warehouses;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Support;

/// <summary>A project in a temporary folder, run through the engine as the command line runs it.</summary>
public sealed class TestProject : IDisposable
{
    readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cartage-test-");

    public TestProject(string? example = null, string? data = null)
    {
        if (example is not null)
            CopyFolder(Path.Combine(AppContext.BaseDirectory, "examples", example), Root);
        if (data is not null)
            Variables["data"] = data;
    }

    public string Root => _root.FullName;

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>On how many threads a DuckDB works; <c>null</c> for one on each core, as where the order of rows is tried. Tests run beside each other: with one thread each, none waits busily for another's core.</summary>
    public int? Threads { get; set; } = 1;

    /// <summary>Opens another warehouse than the project names.</summary>
    public Func<Project, IReadOnlyList<string>, Task<IWarehouse>>? Warehouse { get; set; }

    public static string RealData(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "data", name) is var path && Directory.Exists(path))
                return path;
        if (Environment.GetEnvironmentVariable("CARTAGE_TEST_DATA") is { } given && Directory.Exists(Path.Combine(given, name)))
            return Path.Combine(given, name);
        Assert.Skip($"data: the real files of {name} are not on this machine (CARTAGE_TEST_DATA names their folder)");
        return "";
    }

    public TestProject Write(string path, string content)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return this;
    }

    public TestProject WriteBytes(string path, byte[] content)
    {
        Write(path, "");
        File.WriteAllBytes(Path.Combine(Root, path), content);
        return this;
    }

    public LoadedProject Load() => ProjectFiles.Load(Root, null, Variables);

    public async Task<Workspace> OpenAsync(Func<Feed, ISource>? openSource = null, TimeProvider? given = null)
    {
        var clock = given ?? TimeProvider.System;
        var loaded = Load();
        Assert.Empty(loaded.Findings);
        var project = OnItsThreads(loaded.Project);
        return await Workspace.OpenAsync(project, "test", "0", folders => OpenWarehouseAsync(project, folders), () => Engine.RunDatabase(project), openSource ?? (feed => Engine.OpenSource(project, feed, clock)), Engine.OpenZones(project, clock), clock, CancellationToken.None);
    }

    Task<IWarehouse> OpenWarehouseAsync(Project project, IReadOnlyList<string> folders) => Warehouse?.Invoke(project, folders) ?? Engine.OpenWarehouseAsync(project, folders, CancellationToken.None);

    Project OnItsThreads(Project project) =>
        Threads is { } threads && !project.Warehouse.Settings.ContainsKey("threads")
            ? project with { Warehouse = project.Warehouse with { Settings = new Dictionary<string, string>(project.Warehouse.Settings) { ["threads"] = threads.ToString(CultureInfo.InvariantCulture) } } }
            : project;

    public async Task<RunResult> RunAsync(RunRequest? request = null)
    {
        await using var workspace = await OpenAsync();
        var plans = await workspace.PlanAsync(request ?? new(), CancellationToken.None);
        return Assert.Single(await workspace.RunAsync(plans, request ?? new(), null, CancellationToken.None));
    }

    /// <summary>A command as a process of its own, which kills itself where it comes to a durable step.</summary>
    public async Task<(int ExitCode, string Errors)> KilledAsync(string failpoint, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), [.. arguments.DefaultIfEmpty("run"), "--project", Root]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["CARTAGE_FAILPOINT"] = failpoint;
        using var process = Process.Start(start)!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await Task.WhenAll(errors, output, process.WaitForExitAsync(TestContext.Current.CancellationToken));
        return (process.ExitCode, await errors);
    }

    /// <summary>Asks the warehouse alone: the run store is not opened for it.</summary>
    public async Task<List<string>> QueryAsync(string sql)
    {
        var project = OnItsThreads(Load().Project);
        using var zones = Engine.OpenZones(project, TimeProvider.System);
        await using var warehouse = await OpenWarehouseAsync(project, zones.Readable);
        await using var connection = await warehouse.OpenAsync(CancellationToken.None);
        return await connection.QueryAsync(sql, r => string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "" : Convert.ToString(r.GetValue(i), CultureInfo.InvariantCulture))), CancellationToken.None);
    }

    public async Task<string> ScalarAsync(string sql) => (await QueryAsync(sql))[0];

    public void Dispose()
    {
        if (Directory.Exists(Root))
            _root.Delete(recursive: true);
    }

    public static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
