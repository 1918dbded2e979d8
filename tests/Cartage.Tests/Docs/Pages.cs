using System.Text;
using System.Text.RegularExpressions;
using Cartage.Projects;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;

namespace Cartage.Tests.Docs;

/// <summary>What README.md and docs tell people to type and write, typed and written: shell in its order in one folder, YAML and SQL read as parts of a project.</summary>
public sealed partial class Pages(Pages.RunShop made) : IClassFixture<Pages.RunShop>
{
    static readonly string[] Languages = ["sh", "yaml", "sql", "ini", "json", ""];

    public static TheoryData<string> All => [.. Fence.Pages.Select(p => Path.GetFileName(p)!)];

    static List<Fence> Fences(string page) => [.. Fence.Of(Fence.Pages.Single(p => Path.GetFileName(p) == page))];

    [Theory, MemberData(nameof(All))]
    public void Every_block_says_what_it_is(string page) =>
        Assert.All(Fences(page), f => Assert.True(Languages.Contains(f.Language) && (f.Language.Length > 0 || !CommandLine().IsMatch(f.Text)), $"{page}:{f.Line}: a block of '{f.Language}': it is sh, yaml, sql, ini or json, or a picture without commands"));

    [Theory, MemberData(nameof(All))]
    public async Task Commands_can_be_typed(string page)
    {
        var blocks = Fences(page).FindAll(f => f is { Language: "sh", NotRun: null });
        if (blocks.Count == 0)
            return;
        using EmptyFolder folder = new();
        var here = folder.Path;
        if (page != "README.md")
            TestProject.CopyFolder(made.Path, here = Path.Combine(folder.Path, "shop"));
        foreach (var (block, line) in blocks.SelectMany(b => b.Text.Split('\n').Select(l => (b, l))))
            here = await TypeAsync(here, line, $"{page}, the block at line {block.Line}: {line}");
    }

    [Theory, MemberData(nameof(All))]
    public async Task Files_are_right(string page)
    {
        var blocks = Fences(page).FindAll(f => f is { Language: "yaml" or "sql", NotRun: null });
        if (blocks.Count == 0)
            return;
        using EmptyFolder folder = new();
        var shop = await Task.Run(() => InitAsync(folder.Path));
        foreach (var block in blocks)
        {
            var written = Write(shop, block);
            var found = await Binding.CheckAsync(ProjectFiles.Load(shop), TestContext.Current.CancellationToken);
            File.Delete(written);
            var mistakes = found.Findings.Where(f => !f.Message.Contains("which is no connection of project.yml", StringComparison.Ordinal) && f.Message != ProjectFiles.NoPipelines).ToList();
            Assert.True(mistakes.Count == 0, $"{page}, the block at line {block.Line}:\n{string.Join('\n', mistakes)}");
            await InitAsync(folder.Path);
        }
    }

    // Where a piece belongs is told by its first key; a piece of a header gets a SELECT with the columns it names.
    static string Write(string shop, Fence block)
    {
        var first = block.Text.Split('\n').First(l => l.Length > 0 && !l.StartsWith('#'));
        var key = block.Text.StartsWith("# project.yml\n", StringComparison.Ordinal) ? "zones" : first.Split(':')[0];
        var (path, text) = (block.Language, key) switch
        {
            _ when block.File is { } said => ($"pipelines/bike-store/{said}", block.Text),
            ("sql", _) => ("pipelines/bike-store/models/of_a_page.sql", block.Text),
            (_, "name") => ("project.yml", block.Text),
            (_, "warehouse" or "zones" or "connections" or "notifications" or "variables" or "retention" or "environments") => ("project.yml", (first.StartsWith("name:", StringComparison.Ordinal) ? "" : "name: page\n") + block.Text),
            (_, "feeds" or "connection" or "files" or "command") => ("pipelines/of-a-page/feeds/all.yml", block.Text),
            (_, "kind" or "key" or "columns" or "checks" or "dimensions" or "export") => ("pipelines/bike-store/models/of_a_page.sql", $"/* ---\n{block.Text}--- */\nselect {string.Join(", ", Columns(block.Text))} from orders\n"),
            _ => ("pipelines/of-a-page/pipeline.yml", block.Text),
        };
        if (path == "project.yml")
        {
            Directory.Delete(Path.Combine(shop, "pipelines"), recursive: true);
            Directory.CreateDirectory(Path.Combine(shop, "pipelines"));
        }
        var file = Path.Combine(shop, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        var pipeline = Path.Combine(shop, "pipelines/of-a-page/pipeline.yml");
        if (path.StartsWith("pipelines/of-a-page", StringComparison.Ordinal) && !File.Exists(pipeline))
            File.WriteAllText(pipeline, "description: of a page\n");
        return file;
    }

    static IEnumerable<string> Columns(string header) => ColumnNames().Matches(header).Select(m => m.Groups["name"].Value).Distinct().Select(c => $"1 as {c}").DefaultIfEmpty("order_id");

    static async Task<string> InitAsync(string folder)
    {
        var shop = Path.Combine(folder, "shop");
        if (Directory.Exists(shop))
            Directory.Delete(shop, recursive: true);
        Assert.Equal(0, (await Typed.InAsync(folder, "init", "bike-store", "shop", "--quiet")).Code);
        return shop;
    }

    // The folder one is in afterwards.
    static async Task<string> TypeAsync(string here, string line, string where)
    {
        var words = Words(line);
        if (words.Count == 0)
            return here;
        if (words[0] == "cd")
            return Path.GetFullPath(words[1], here);
        if (line.StartsWith("export PATH=", StringComparison.Ordinal))
            return here;
        if (words[0] == "./test.sh")
        {
            Assert.True(File.Exists(Path.Combine(Fence.Repository!, "test.sh")), where);
            return here;
        }
        Assert.True(words[0] is "cartage" or "./cartage", $"{where}\n'{words[0]}' is no command this test knows; a comment <!-- not run: why --> before the block leaves it out");
        if (words.IndexOf(SomeRun) is >= 0 and var at)
            words[at] = await NewestRunAsync(here);
        var answer = await Typed.InAsync(here, [.. words[1..]]);
        var expected = ExpectedExit().Match(line) is { Success: true } said ? int.Parse(said.Groups["code"].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
        Assert.True(answer.Code == expected, $"{where}\nended with {answer.Code}, not {expected}:\n{answer.Out}{answer.Error}");
        return here;
    }

    const string SomeRun = "20260101T020000Z-x7k2";

    static async Task<string> NewestRunAsync(string folder) => (await Typed.InAsync(folder, "ls", "runs", "--limit", "1", "--format", "json")).Out is var text ? System.Text.Json.JsonDocument.Parse(text).RootElement[0].GetProperty("run").GetString()! : "";

    // As a shell cuts a line: quotes keep words together, a # begins a comment.
    static List<string> Words(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char? quote = null;
        foreach (var c in line)
            if (quote is null && word is null && c == '#')
                break;
            else if (c == quote)
                quote = null;
            else if (quote is null && c is '"' or '\'' && quote is null)
                (quote, word) = (c, word ?? new());
            else if (quote is null && char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
                (word ??= new()).Append(c);
        if (word is not null)
            words.Add(word.ToString());
        return words;
    }

    [GeneratedRegex(@"^\s*\S*cartage [a-z]", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^  (?<name>\w+):", RegexOptions.Multiline)]
    private static partial Regex ColumnNames();

    [GeneratedRegex(@"#.*\bexit (?<code>\d+)")]
    private static partial Regex ExpectedExit();

    /// <summary>The bike store's example over made files, run once: what most pages begin with.</summary>
    public sealed class RunShop : IAsyncLifetime
    {
        readonly EmptyFolder _folder = new();

        public string Path { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Path = await InitAsync(_folder.Path);
            Assert.Equal(0, (await Typed.InAsync(Path, "gen", "bike-store", "--dirt", "--quiet")).Code);
            Assert.Equal(0, (await Typed.InAsync(Path, "run", "--quiet")).Code);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
