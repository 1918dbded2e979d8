using System.Diagnostics;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>A program as a source.</summary>
public sealed class Commands
{
    [Fact]
    public async Task Its_lines_are_rows_and_what_it_says_is_in_the_log()
    {
        using var project = Create("echo \"counting for $CARTAGE_FEED up to $CARTAGE_END\" >&2; for i in 1 2 3; do echo \"{\\\"id\\\": $i, \\\"name\\\": \\\"thing $i\\\"}\"; done");
        var told = new List<string>();

        var run = await RunAsync(project, told);

        Assert.True(run.State == RunState.Succeeded, run.Message);
        Assert.Equal("3", await project.ScalarAsync("SELECT count(*) FROM shop_raw.things"));
        Assert.Contains("counting for things up to 2024-05-06T00:00:00Z", told);
    }

    [Fact]
    public async Task What_it_said_before_is_not_loaded_again()
    {
        using var project = Create("cat in.ndjson").Write("in.ndjson", "{\"id\": 1, \"name\": \"a\"}\n");
        await RunAsync(project);
        Assert.Equal("nothing changed", (await RunAsync(project)).Message);
        project.Write("in.ndjson", "{\"id\": 1, \"name\": \"b\"}\n{\"id\": 2, \"name\": \"c\"}\n");

        await RunAsync(project);

        Assert.Equal(["1|b", "2|c"], await project.QueryAsync("SELECT id, name FROM shop_raw.things ORDER BY id"));
    }

    [Fact]
    public async Task A_program_that_fails_lands_nothing_and_its_last_words_are_the_message()
    {
        using var project = Create("echo '{\"id\": 1}'; for i in $(seq 50); do echo \"line $i\" >&2; done; exit 3");

        var run = await RunAsync(project);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("ended with exit code 3: line 31\nline 32", run.Message, StringComparison.Ordinal);
        Assert.EndsWith("line 50", run.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(project.Root, ".cartage/raw")) && Directory.EnumerateFiles(Path.Combine(project.Root, ".cartage/raw"), "*", SearchOption.AllDirectories).Any());
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_plainly()
    {
        using var project = Create("true");
        File.Delete(Path.Combine(project.Root, "export.sh"));

        Assert.Contains("the command of 'things' cannot be started: ./export.sh", (await RunAsync(project)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_killed_with_its_children()
    {
        using var project = Create("sleep 300 & echo $! > child.pid; echo '{\"id\": 1}'; wait", "timeout: 2s");

        var run = await RunAsync(project);

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("took longer than its timeout", run.Message, StringComparison.Ordinal);
        await GoneAsync(project);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_kills_it_with_its_children()
    {
        using var project = Create("sleep 300 & echo $! > child.pid; echo started >&2; wait");
        using var cancel = new CancellationTokenSource();

        var run = await RunAsync(project, told: null, e => { if (e.Message == "started") cancel.Cancel(); }, cancel.Token);

        Assert.Equal(RunState.Cancelled, run.State);
        await GoneAsync(project);
    }

    static TestProject Create(string script, string setting = "")
    {
        var project = new TestProject()
            .Write("project.yml", "name: runs\n")
            .Write("pipelines/shop/pipeline.yml", "description: runs a program\n")
            .Write("pipelines/shop/feeds/program.yml", $"command: [./export.sh]\nfeeds:\n  things:\n    key: [id]\n    columns: {{ id: {{ type: integer, required: true }}, name: text }}\n    {setting}\n")
            .Write("export.sh", "#!/bin/sh\n" + script + "\n");
        if (OperatingSystem.IsWindows())
            Assert.Skip("scripts: there is no /bin/sh here");
        else
            File.SetUnixFileMode(Path.Combine(project.Root, "export.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return project;
    }

    static async Task<RunResult> RunAsync(TestProject project, List<string>? told = null, Action<RunEvent>? heard = null, CancellationToken ct = default)
    {
        var request = new RunRequest { To = new(2024, 5, 6, 0, 0, 0, TimeSpan.Zero) };
        await using var workspace = await project.OpenAsync();
        return Assert.Single(await workspace.RunAsync(await workspace.PlanAsync(request, CancellationToken.None), request, new Listener(e =>
        {
            if (told is not null)
                lock (told)
                    told.Add(e.Message);
            heard?.Invoke(e);
        }), ct));
    }

    static async Task GoneAsync(TestProject project)
    {
        var id = int.Parse(File.ReadAllText(Path.Combine(project.Root, "child.pid")), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            using var child = Process.GetProcessById(id);
            await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Wait.Longest);
        }
        catch (ArgumentException)
        {
            // it is gone
        }
    }

    sealed class Listener(Action<RunEvent> heard) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => heard(value);
    }
}
