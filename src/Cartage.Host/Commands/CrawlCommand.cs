using System.CommandLine;
using Cartage.Host.Output;
using Cartage.Ingest.Crawling;
using Cartage.Projects;
using Cartage.Triggers;

namespace Cartage.Host.Commands;

static class CrawlCommand
{
    public static Verb Create(Shell shell)
    {
        Argument<string> path = new("path") { Description = "A file, a folder or a pattern in quotes, here, in a zone (zone://path) or a bucket (s3://bucket/path)" };
        Option<bool> write = new("--write") { Description = "Write each contract to pipelines/PIPELINE/feeds/FEED.yml" };
        Option<string?> pipeline = new("--pipeline") { Description = "The pipeline it is for (default: the only one)", HelpName = "name" };
        Option<string?> name = new("--feed") { Description = "The feed's name (default: told by the file's)", HelpName = "name" };
        return new Verb("crawl", "Infer the contracts of feeds from files, and say why",
            ["cartage crawl data/orders.csv", "cartage crawl data", "cartage crawl inbox://orders --pipeline shop --write", "cartage crawl \"s3://acme-lake/drops/**/orders*.csv\"", "cartage crawl \"data/orders*.csv.gz\" --feed orders"], path, write, pipeline, name)
            .Does(shell, async (on, ct) =>
            {
                var read = on.Read();
                // Pipelines may lack what is crawled for.
                if (on.Accept(read with { Findings = [.. read.Findings.Where(f => f.File == "project.yml" && f.Message != ProjectFiles.NoPipelines)] }) is not { } project)
                    return ExitCode.Wrong;
                var place = Place(on, project, on.Value(path)!);
                var temp = Path.Combine(project.StateFolder, "tmp");
                using var bucket = Places.IsLocal(place) ? null : Bucket(project, place, temp, shell.Clock);
                var found = bucket is null ? CrawledFiles.Find(place) : await bucket.FindAsync(place, ct);
                if (on.Value(name) is { } given)
                    found = found is [var only] ? [only with { Name = given }] : throw new UsageException($"--feed {given}: there are files of {found.Count} feeds: {string.Join(", ", found.Select(x => x.Name))}.", "Name the files of one.");
                await using var door = await Connectors.Connectors.OpenDoorAsync([.. found.SelectMany(x => x.Paths).Select(x => Path.GetDirectoryName(x)!).Distinct()], temp, ct);
                List<CrawledFeed> feeds = [];
                foreach (var files in found)
                {
                    var pattern = Written(project, files.Pattern, bucket, on.Value(path)!);
                    feeds.Add(bucket is null ? await new Crawler(door, temp).CrawlAsync(files, pattern, ct) : await bucket.FetchedAsync(files, here => new Crawler(door, temp).CrawlAsync(here, pattern, ct), ct));
                }
                Show(on, feeds);
                foreach (var crawled in feeds)
                    await CompareAsync(on, project, crawled, ct);
                return ExitCode.Succeeded;
            });

        async Task CompareAsync(Invocation on, Project project, CrawledFeed crawled, CancellationToken ct)
        {
            var home = on.Value(pipeline) ?? (project.Pipelines is [var only] ? only.Name : project.Pipelines.Count == 0 ? project.Name : null);
            var feed = crawled.Feed;
            if (project.Pipelines.Where(x => home is null || x.Name == home).SelectMany(x => x.Feeds).FirstOrDefault(x => x.Name == feed.Name) is { } there)
            {
                var differences = ContractText.Differences(there, feed).ToList();
                on.Say(differences.Count == 0 ? $"{there.File}:{there.Line}: '{feed.Name}' is declared, and the files agree." : $"{there.File}:{there.Line}: '{feed.Name}' is declared otherwise:");
                foreach (var difference in differences)
                    on.Say("  " + difference);
                if (on.Value(write))
                    on.Say($"{there.File} was left as it is: change it there, or delete the feed and crawl again.");
                return;
            }
            if (!on.Value(write))
            {
                on.Say($"'{feed.Name}' is not declared yet. Write it with --write.");
                return;
            }
            if (home is null)
                throw new UsageException("There are several pipelines.", $"Say which with --pipeline: {string.Join(", ", project.Pipelines.Select(x => x.Name))}.");
            await WriteAsync(on, project, home, crawled, ct);
        }
    }

    static async Task WriteAsync(Invocation on, Project project, string pipeline, CrawledFeed crawled, CancellationToken ct)
    {
        var folder = Path.Combine(project.Root, "pipelines", pipeline);
        var file = Path.Combine(folder, "feeds", crawled.Feed.Name + ".yml");
        if (File.Exists(file))
            throw new UsageException($"{on.Near(file)} is there already.", "Move it away, or choose another name with --feed.");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (!File.Exists(Path.Combine(folder, "pipeline.yml")))
            await File.WriteAllTextAsync(Path.Combine(folder, "pipeline.yml"), $"description: {pipeline}, made by crawl\n", ct);
        await File.WriteAllTextAsync(file, ContractText.Yaml(crawled.Feed), ct);
        on.Say($"Wrote {on.Near(file)}. Next: cartage run");
    }

    static void Show(Invocation on, List<CrawledFeed> feeds)
    {
        Grid grid = new("feed", "about", "taken", "why");
        foreach (var crawled in feeds)
        {
            grid.Add(crawled.Feed.Name, "files", crawled.Feed.Files[0], $"{Opened.Count(crawled.Files, "file")}, {Opened.Count(crawled.Rows, "row")} looked at");
            foreach (var decision in crawled.Decisions)
                grid.Add(crawled.Feed.Name, decision.About, decision.Taken, decision.Why);
        }
        on.Print(grid);
        if (on.Format == Format.Table)
            foreach (var crawled in feeds)
                on.Terminal.Out.Write("\n" + ContractText.Yaml(crawled.Feed));
    }

    static string Place(Invocation on, Project project, string path)
    {
        if (path.Split("://") is not [var zone, _])
            return on.PathOf(path.Length > 1 ? path.TrimEnd('/') : path);
        return zone == "s3" || Places.IsZone(zone) ? Places.Of(project, path, "project.yml", 1).TrimEnd('/')
            : throw new UsageException($"{path}: there is no zone '{zone}'.", "There are inbox, raw, processed and reports; and s3://bucket/path.");
    }

    static CrawledBucket Bucket(Project project, string place, string temp, TimeProvider clock)
    {
        var root = string.Join('/', place.Split('/')[..3]) + "/";
        return new(fetched => Connectors.Connectors.OpenBucket(project, root, fetched, clock), root, Path.Combine(temp, Path.GetRandomFileName()));
    }

    // As short as it can be written in the project: by the zone that was named, or the variable 'data' where that is its folder.
    static string Written(Project project, string pattern, CrawledBucket? bucket, string typed)
    {
        if (bucket is not null)
        {
            var (place, zone) = (bucket.PlaceOf(pattern), typed.Split("://")[0] + "://");
            var home = Places.Of(project, zone, "project.yml", 1);
            return zone != "s3://" && place.StartsWith(home, StringComparison.Ordinal) ? zone + place[home.Length..] : place;
        }
        if (project.Variables.ContainsKey("data") && GenCommand.DataFolder(project).TrimEnd('/') + "/" is var folder && pattern.StartsWith(folder, StringComparison.Ordinal))
            return "${var:data}/" + pattern[folder.Length..];
        return pattern.StartsWith(project.Root + "/", StringComparison.Ordinal) ? pattern[(project.Root.Length + 1)..] : pattern;
    }
}
