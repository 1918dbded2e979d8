using System.Text.RegularExpressions;
using Cartage.Alerts;
using Cartage.Connectors.Notifiers;
using Cartage.Connectors.ObjectStores;
using Cartage.Connectors.Sources;
using Cartage.Connectors.Sources.Http;
using Cartage.Connectors.Sources.Postgres;
using Cartage.Connectors.Warehouses;
using Cartage.Ingest;
using Cartage.Projects;
using Cartage.Runs;
using Cartage.Storage;
using Cartage.Triggers;
using Cartage.Warehouses;

namespace Cartage.Connectors;

/// <summary>The one list of what can be connected to: name → options → factory.</summary>
public static partial class Connectors
{
    /// <summary>The warehouse of a project, opened.</summary>
    public static async Task<IWarehouse> OpenWarehouseAsync(Project project, IReadOnlyList<string> folders, CancellationToken ct) =>
        project.Warehouse.Type switch
        {
            "duckdb" => await DuckDbWarehouse.OpenAsync(new(Path.GetFullPath(project.Warehouse.Settings.GetValueOrDefault("path", ".cartage/warehouse.duckdb"), project.Root), Door(project, folders)), ct),
            "postgres" => await PostgresWarehouse.OpenAsync(new(Resolved(project, "url"), project.Name, Door(project, folders)) { LockTimeout = Patience(project) }, ct),
            "redshift" => await RedshiftWarehouse.OpenAsync(Redshift(project, folders), ct),
            var type => throw new PipelineException(
                $"{project.Warehouse.File}:{project.Warehouse.Line}: there is no warehouse of type '{type}'",
                hint: "This version knows: duckdb, postgres, redshift."
            ),
        };

    /// <summary>The database of a project's run store.</summary>
    public static RunDatabase RunDatabase(Project project) =>
        project.State.Type == "postgres"
            ? PostgresRunStore.Open(StateUrl(project), project.State.Settings.GetValueOrDefault("schema", "cartage_state"), project.Name, project.ClusterLease)
            : Runs.RunDatabase.File(Path.Combine(project.StateFolder, "state.duckdb"));

    /// <summary>A connection to a DuckDB in memory that reads files of these folders only.</summary>
    public static Task<DuckDb.DuckDbConnection> OpenDoorAsync(IReadOnlyList<string> folders, string tempFolder, CancellationToken ct) => EmbeddedDoor.OpenAsync(new(folders, tempFolder), ct);

    /// <summary>The zones of a project; what is wrong with a bucket shows when it is used.</summary>
    public static Zones OpenZones(Project project, TimeProvider clock) => Stores.Open(project, clock);

    /// <summary>Removes what writes that were cut off before an instant left in the zones; returns how many.</summary>
    public static async Task<long> SweepAsync(Zones zones, DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        long removed = 0;
        foreach (var store in zones.ByName.Values)
            removed += await Stores.SweepAsync(store, before, dryRun, ct);
        return removed;
    }

    static DoorOptions Door(Project project, IReadOnlyList<string> folders) =>
        new(
            folders,
            Path.Combine(project.StateFolder, "tmp"),
            project.Warehouse.Settings.TryGetValue("threads", out var threads) ? int.Parse(threads, System.Globalization.CultureInfo.InvariantCulture) : null,
            project.Warehouse.Settings.GetValueOrDefault("memory_limit")
        );

    static RedshiftWarehouseOptions Redshift(Project project, IReadOnlyList<string> folders)
    {
        var bucket = Stores.Options(project, "processed")
            ?? throw new PipelineException($"{project.Warehouse.File}:{project.Warehouse.Line}: a Redshift warehouse loads from S3, and the processed zone is a folder", hint: "Write: zones: { processed: s3://bucket/prefix }.");
        string? Setting(string name) => project.Warehouse.Settings.ContainsKey(name) ? Resolved(project, name) : null;
        var authorization = RedshiftWarehouseOptions.Authorize(Setting("iam_role"), Setting("access_key_id"), Setting("secret_access_key"), Setting("session_token"));
        return new(Resolved(project, "url"), project.Name, Stores.Open(project, TimeProvider.System).Processed, bucket.Place, authorization, Door(project, folders))
        {
            Slices = Setting("slices") is { } slices ? int.Parse(slices, System.Globalization.CultureInfo.InvariantCulture) : null,
        };
    }

    static TimeSpan Patience(Project project) =>
        Durations.TryParse(project.Warehouse.Settings.GetValueOrDefault("lock_timeout", "10s"), out var span)
            ? span
            : throw new PipelineException($"{project.Warehouse.File}:{project.Warehouse.Line}: 'lock_timeout' is no duration", hint: "Write it as 10s or 1m.");

    internal static string StateUrl(Project project) => Resolved(project, project.State, "url");

    static string Resolved(Project project, string setting) => Resolved(project, project.Warehouse, setting);

    static string Resolved(Project project, ConnectionSpec of, string setting) => new Resolver(project.Root, project.Variables).Resolve(of.Settings[setting], of.File, of.Line);

    /// <summary>Mistakes in connections: types that are not there, settings they do not have.</summary>
    public static IEnumerable<Finding> Findings(Project project)
    {
        foreach (var connection in project.Connections.Values)
            if (!Known.TryGetValue(connection.Type, out var known))
                yield return new(connection.File, connection.Line, $"there is no connection of type '{connection.Type}'", $"This version knows: {string.Join(", ", Known.Keys)}.");
            else
                foreach (var finding in UnknownSettings(connection, known).Concat(PoolFindings(connection)).Concat(connection.Type == "http" ? HttpSettings.Findings(connection) : []))
                    yield return finding;
        // The door would say it when the warehouse is opened, of a setting of its own.
        if (project.Warehouse is var warehouse && warehouse.Settings.TryGetValue("memory_limit", out var memory) && !Memory().IsMatch(memory))
            yield return new(warehouse.File, warehouse.Line, $"'memory_limit': '{memory}' is no amount of memory", "Write it as 800MB or 4GB.");
        foreach (var finding in FeedFindings(project).Concat(TableFindings(project)).Concat(NoticeFindings(project)))
            yield return finding;
    }

    [GeneratedRegex(@"^\d+(\.\d+)? *([KMGT](I?B)?|B|BYTES?)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Memory();

    static IEnumerable<Finding> UnknownSettings(ConnectionSpec connection, string[] known) =>
        from key in connection.Settings.Keys
        where key != Runs.Pools.Setting && !known.Any(s => key == s || key.StartsWith(s + ".", StringComparison.Ordinal))
        select new Finding(connection.File, connection.Line, $"the connection '{connection.Name}' has no setting '{key}'", $"A connection of type {connection.Type} has: {string.Join(", ", known)}.");

    static IEnumerable<Finding> PoolFindings(ConnectionSpec connection) =>
        connection.Settings.TryGetValue(Runs.Pools.Setting, out var size) && Runs.Pools.SizeOf(connection) is null ? [new(connection.File, connection.Line, $"the connection '{connection.Name}', 'pool': '{size}' is no whole number from 1", "It says how many tasks may use the connection at the same time.")] : [];

    static IEnumerable<Finding> FeedFindings(Project project) =>
        from feed in project.Pipelines.SelectMany(p => p.Feeds)
        where feed.Connection is not null && project.Connections.ContainsKey(feed.Connection)
        let isHttp = project.Connections[feed.Connection!].Type == "http"
        where isHttp != feed.Request is not null
        select new Finding(feed.File, feed.Line, isHttp ? $"the feed '{feed.Name}' does not say what to ask '{feed.Connection}' for" : $"the feed '{feed.Name}' has 'get', but '{feed.Connection}' is no connection of type http", isHttp ? "Name the endpoint: get: /products." : "Take 'get' out, or name another connection.");

    static IEnumerable<Finding> TableFindings(Project project)
    {
        foreach (var feed in project.Pipelines.SelectMany(p => p.Feeds).Where(f => f.Connection is not null))
            if (project.Connections.GetValueOrDefault(feed.Connection!)?.Type is not { } type)
                continue;
            else if (type == "files" && feed.Files.Count == 0)
                yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' names no file, and '{feed.Connection}' is files", "Say which: files: \"data/orders*.csv\".");
            else if (type == "postgres" && feed.Relation is null == feed.Query is null)
                yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' is read through '{feed.Connection}' and needs {(feed.Query is null ? "a 'table' or a 'query'" : "either 'table' or 'query', not both")}", "Such as table: store.orders.");
            else if (type == "postgres" && feed.Key.Count == 0)
                yield return new(feed.File, feed.Line, $"the feed '{feed.Name}' has no key: what is read again from '{feed.Connection}' would be there twice", "Name the columns of its primary key: key: [order_id].");
    }

    // By type: the settings it has.
    static readonly Dictionary<string, string[]> Known = new()
    {
        ["http"] = HttpSettings.Keys,
        ["files"] = [],
        ["postgres"] = PostgresSourceOptions.Settings,
        ["s3"] = [.. S3Options.Settings],
        ["smtp"] = ["url", "to", "from", "user", "password", "tls"],
        ["sns"] = ["topic", "region", "endpoint", "access_key_id", "secret_access_key", "session_token"],
        ["webhook"] = ["url", "format", "headers", "secret"],
    };

    /// <summary>The source of a feed, for one run: its files, or what its connection's type says.</summary>
    public static ISource OpenSource(Project project, Feed feed, TimeProvider clock) =>
        feed.Command.Count > 0 ? new CommandSource(project, clock)
        : feed.Connection is null ? Files(project, clock)
        : Connection(project, feed) switch
        {
            { Type: "http" } connection => new HttpSource(connection, project, clock, Random.Shared),
            { Type: "files" } => Files(project, clock),
            { Type: "postgres" } connection => new PostgresSource(PostgresSourceOptions.Read(project, connection), project.Root, Path.Combine(project.StateFolder, "tmp")),
            var connection => throw new PipelineException(
                $"{connection.File}:{connection.Line}: there is no connection of type '{connection.Type}' that feeds can be read from",
                hint: "This version reads files."
            ),
        };

    static FileSource Files(Project project, TimeProvider clock) =>
        new((feed, pattern) => Places.Of(project, pattern, feed.File, feed.Line), (place, folder) => OpenBucket(project, place, folder, clock), Path.Combine(project.StateFolder, "tmp"));

    /// <summary>The types of connections that notices go through.</summary>
    public static IReadOnlyList<string> NotifierTypes { get; } = ["smtp", "sns", "webhook"];

    /// <summary>A way to tell people, by its connection's name.</summary>
    public static INotifier OpenNotifier(Project project, string name, TimeProvider clock)
    {
        var connection = project.Connections.GetValueOrDefault(name) ?? throw new PipelineException($"project.yml: there is no connection '{name}'", hint: Spelling.Suggest(name, project.Connections.Keys));
        var settings = new Settings(project, connection);
        return connection.Type switch
        {
            "smtp" => new SmtpNotifier(SmtpOptions.Read(settings)),
            "sns" => new SnsNotifier(SnsOptions.Read(settings), clock),
            "webhook" => new WebhookNotifier(WebhookOptions.Read(settings)),
            var type => throw new PipelineException($"{connection.File}:{connection.Line}: notices cannot go through '{name}', a connection of type {type}", hint: $"There are: {string.Join(", ", NotifierTypes)}."),
        };
    }

    /// <summary>The bucket of a place such as <c>s3://bucket/key</c>, from its root.</summary>
    public static IObjectStore OpenBucket(Project project, string place, TimeProvider clock) => Stores.Bucket(project, place, clock);

    /// <summary>The same, with a folder of its own for what is fetched, where nothing stays.</summary>
    public static IObjectStore OpenBucket(Project project, string place, string fetched, TimeProvider clock) => Stores.Bucket(project, place, new(fetched, 0, clock), clock);

    static IEnumerable<Finding> NoticeFindings(Project project) =>
        project.Pipelines.SelectMany(p => NoticeFindings(project, p.File, p.Notify)).Concat(NoticeFindings(project, "project.yml", project.Notifications.Rule));

    static IEnumerable<Finding> NoticeFindings(Project project, string file, NotifyRule? rule) =>
        from via in rule?.Via ?? []
        where project.Connections.TryGetValue(via, out var connection) && !NotifierTypes.Contains(connection.Type)
        select new Finding(file, rule!.Line, $"notices cannot go through '{via}', a connection of type {project.Connections[via].Type}", $"There are: {string.Join(", ", NotifierTypes)}.");

    static ConnectionSpec Connection(Project project, Feed feed) =>
        project.Connections.GetValueOrDefault(feed.Connection!)
        ?? throw new PipelineException($"{feed.File}:{feed.Line}: there is no connection '{feed.Connection}'", hint: "Name it under 'connections' in project.yml.");
}
