using System.Data.Common;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>What a load needs to know of its run; in a swap the base table is built anew.</summary>
public sealed record LoadContext(RunStamp Stamp, bool Swap, string TempFolder, IReadOnlySet<string> SetAside)
{
    /// <summary>The feeds that others put placeholders into.</summary>
    public IReadOnlySet<string> Inferred { get; init; } = new HashSet<string>();
}

/// <summary>One feed on its way from objects to its base table: staged and put to the row-local rules, then to the rules over sets, then applied within the run's transaction.</summary>
public sealed class FeedLoad
{
    const long Small = 32 << 20; // beyond it memory would run short and be written out too, but not compressed

    static readonly string[] Stamped = ["_run", "_loaded_at"];

    readonly LoadTables _tables;
    readonly LoadContext _context;
    readonly IReadOnlyList<(Manifest Object, Header Header)> _objects;
    readonly long _retried;
    DoorResult _door = new(0, 0, [], []);
    Deletions? _deletions;
    long _inserted, _updated, _deleted, _unchanged, _superseded, _quarantined, _placeholders;
    bool _differs, _distinct, _wentAside;
    bool _aside;

    readonly Numbering _numbering;

    FeedLoad(LoadTables tables, LoadContext context, IReadOnlyList<(Manifest, Header)> objects, long retried, Numbering numbering) =>
        (_tables, _context, _objects, _retried, _numbering, _aside) = (tables, context, objects, retried, numbering, tables.Swap);

    Dialect Sql => _tables.Sql;

    /// <summary>The feed.</summary>
    public Feed Feed => _tables.Feed;

    /// <summary>Whether the base table is replaced rather than merged into.</summary>
    public bool Swap => _tables.Swap;

    /// <summary>Objects that cannot be read, and why.</summary>
    public IReadOnlyList<(Manifest Object, string Reason)> Unreadable => _door.Unreadable;

    /// <summary>Rules broken with a warning.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Rows that broke a rule of severity <c>reject</c>, by their rules, with a reason.</summary>
    public IReadOnlyList<(string Rules, long Rows, string Example)> Rejecting { get; private set; } = [];

    /// <summary>Whether the base table or its history will differ.</summary>
    public bool Changed => Swap || _differs || _inserted + _updated + _deleted > 0 || _superseded > 0 || Replaces;

    /// <summary>A table with the rows this load changes, as they were and as they are; null where that is not known.</summary>
    public Table? Changes => Swap || Replaces ? null : Feed.Key.Count > 0 ? _tables.Difference : _tables.Good;

    // Without a key an object that comes again stands for what it was before.
    bool Replaces => Feed.Key.Count == 0 && _objects.Any(o => o.Object.Version > 1);

    /// <summary>Where the rows went.</summary>
    public RowEquation Equation => new(Feed.Name, _door.Read, _inserted, _updated, _deleted, _unchanged, _superseded, _door.Dropped, _quarantined);

    /// <summary>Where the feed's rows are until they are published: aside, or in the base table.</summary>
    public Table Readable => _aside ? Feed.Base.Next : Feed.Base;

    /// <summary>The same of its versions.</summary>
    public Table ReadableHistory => _aside ? Feed.History.Next : Feed.History;

    /// <summary>Reads new objects, and rows of the quarantine that are to be tried again, through the door into staging.</summary>
    public static async Task<FeedLoad> StageAsync(IWarehouse warehouse, IObjectStore raw, Feed feed, IReadOnlyList<Manifest> objects, bool retryOpen, LoadContext context, CancellationToken ct)
    {
        feed = feed with { SetAside = context.SetAside };
        await using var door = await warehouse.OpenDoorAsync(ct);
        List<(Manifest, Header)> readable = [];
        List<(Manifest, string)> unreadable = [];
        foreach (var item in objects.Where(o => !o.Deletes))
            try
            {
                using var copy = await raw.FetchAsync(item.Object, ct);
                readable.Add((item, await Header.ReadAsync(door, feed, item, copy.Path, ct)));
            }
            catch (Exception e) when (Door.IsOfTheObject(e))
            {
                unreadable.Add((item, e.Message));
            }
        await using var connection = await warehouse.OpenAsync(ct);
        var stored = await Catalog.ColumnsAsync(connection, warehouse.Dialect, feed.Base, ct);
        var columns = await LoadedColumns.OfAsync(door, raw, feed, readable, stored, ct);
        var swap = context.Swap || stored.Count == 0;
        var tables = new LoadTables(warehouse.Dialect, feed, columns, swap)
        {
            HasPlaceholders = context.Inferred.Contains(feed.Name),
            InMemory = !swap && warehouse.Dialect.HasMemory && objects.Sum(o => o.Bytes) < Small,
        };
        var retries = new Retries(connection, tables);
        var load = new FeedLoad(tables, context, readable, await retries.CopyAsync(door, retryOpen, context.Swap, ct), new(warehouse, raw, tables, readable, context));
        var discarded = context.Swap ? await retries.CopyDiscardedAsync(door, ct) : 0;
        HashSet<string> numbered = [];
        foreach (var (rows, count) in new[] { (tables.Retry, load._retried), (tables.Discarded, discarded) })
            if (count > 0)
                numbered.UnionWith(await Retries.ObjectsAsync(door, rows, ct));
        var reader = new Door(door, raw, feed, columns, tables.Good, tables.Bad, context.Stamp, context.TempFolder) { Numbered = numbered };
        await reader.CreateAsync(ct);
        load._door = new(0, 0, [], unreadable);
        foreach (var group in readable.GroupBy(o => o.Item2.Group))
            load._door = load._door.Plus(await reader.ReadAsync([.. group], ct));
        // A mended row stands in for the record it was, which an object that is read again brings back as it was; one that was discarded stays out.
        if (discarded > 0)
            load._door = load._door with { Dropped = load._door.Dropped + await retries.TakeOutAsync(door, tables.Discarded, ct) };
        if (load._retried > 0)
        {
            var replaced = await retries.TakeOutAsync(door, tables.Retry, ct);
            load._door = load._door.Plus(await reader.RetryAsync(tables.Retry, ct));
            load._door = load._door with { Read = load._door.Read - replaced };
        }
        if (objects.Where(o => o.Deletes).ToList() is { Count: > 0 } gone)
            load._deletions = await Deletions.StageAsync(warehouse, door, raw, tables, gone, ct);
        load.Warnings = load._door.Warnings;
        load._distinct = feed.Key.Count > 0 && load._deletions is null && await door.AreDistinctAsync(Dialect.DuckDb, tables.Good, feed.Key, ct);
        await warehouse.ReceiveAsync(door, tables.Good, ct);
        await warehouse.ReceiveAsync(door, tables.Bad, ct);
        return load;
    }

    /// <summary>The rules over sets: references to <paramref name="parents"/>, which are settled before, and the newest of each key. What comes in is known after it.</summary>
    public async Task SettleAsync(DbConnection connection, IReadOnlyDictionary<string, FeedLoad> parents, CancellationToken ct)
    {
        var versions = new Versions(connection, _tables);
        if (_deletions is not null)
        {
            _superseded = await _deletions.PrepareAsync(connection, _context.Stamp, _objects.Select(o => o.Object), ct);
            _door = _door with { Read = _door.Read + _deletions.Rows };
        }
        await connection.ExecuteAsync(Sql.Create(_tables.OlderAside, _tables.All), ct);
        // First of all, of old versions too: what came in must not hang on what came with it.
        await ReferAsync(connection, parents, ct);
        if (Feed.Key.Count > 0 && !_distinct && await versions.RepeatAsync(ct))
        {
            await _numbering.NumberAsync(connection, versions.Tied, ct);
            var (superseded, conflicts) = await versions.KeepNewestAsync(ct);
            _superseded += superseded;
            _wentAside |= conflicts > 0;
            if (conflicts > 0 && RefersToItself)
                await ReferAsync(connection, parents, ct);
        }
    }

    /// <summary>What differs from the base table, after <see cref="SettleAsync"/> of it and of <paramref name="children"/>, the feeds that put placeholders into it; everything that depends on data happens up to here, before the transaction.</summary>
    public async Task CompareAsync(DbConnection connection, IReadOnlyList<(Feed Feed, FeedLoad? Load)> children, CancellationToken ct)
    {
        // Feeds that refer to each other are looked at in turn: what went aside here later was there for a child before.
        foreach (var (feed, load) in _wentAside ? children : [])
            if (load is not null)
                await InferAsync(connection, feed, load, ct);
        if (Swap)
            (_inserted, _deleted) = (await connection.QueryAsync($"SELECT count(*) - count(_deleted_at), count(_deleted_at) FROM {Sql.Quote(_tables.Good)}", r => (r.GetInt64(0), r.GetInt64(1)), ct))[0];
        else if (Feed.Key.Count > 0)
        {
            var versions = new Versions(connection, _tables);
            var counts = await versions.DifferAsync(ct);
            if (children.Any(c => c.Load?.Replaces == true))
            {
                List<string> referred = [];
                foreach (var (feed, load) in children)
                    referred.AddRange(await ReferredAsync(connection, feed, load, ct));
                await versions.ForgetPlaceholdersAsync(referred, ct);
            }
            (_inserted, _updated, _deleted, _unchanged) = (counts.Inserted, counts.Updated, counts.Deleted, counts.Unchanged);
            _superseded += counts.Superseded;
        }
        else
            _inserted = await CountAsync(connection, _tables.Good, ct);
        _inserted -= _placeholders;
        _quarantined = await CountAsync(connection, _tables.Bad, ct);
        _differs = Changes is { } changes && await CountAsync(connection, changes, ct) > 0;
        Rejecting = await connection.QueryAsync($"SELECT _rules, count(*), min(_reason) FROM {Sql.Quote(_tables.Bad)} WHERE _reject GROUP BY _rules ORDER BY 2 DESC, 1", r => (r.GetString(0), r.GetInt64(1), r.GetString(2)), ct);
        if (Swap && Sql.DropRowId.Length > 0)
            await connection.ExecuteAsync(string.Format(null, Sql.DropRowId, Sql.Quote(_tables.Good)), ct);
        if (Swap && Feed.KeepsHistory)
            await connection.ExecuteAsync(string.Format(null, Sql.CreateView, Sql.Quote(Feed.History.Next), HistorySql(Feed.Base.Next, _tables.OlderAside)), ct);
    }

    /// <summary>Makes the base table what it is to be, within the run's transaction; where that would keep readers waiting, its rows stay aside until <see cref="PublishAsync"/>.</summary>
    public async Task ApplyAsync(DbConnection connection, CancellationToken ct)
    {
        if (!Swap)
            await MergeAsync(connection, ct);
        else if (Sql.SwapsUnseen || !await Catalog.ExistsAsync(connection, Sql, Feed.Base, ct))
            await SwapAsync(new(connection, Sql), connection, ct);
        else if (await SameColumnsAsync(connection, ct))
            await ReplaceRowsAsync(connection, ct);
        await Ledger.AddAsync(connection, Feed, _objects.Select(o => o.Object).Concat(_deletions?.Objects ?? []).Select(o => (o, (string?)null)), _context.Stamp, ct);
        await new SettingAside(connection, _tables, _context).WriteAsync(_quarantined, _retried, [.. TakenBack], ct);
        if (_deletions is not null)
            await _deletions.ApplyAsync(connection, ct);
        if (_door.Read > 0 || _objects.Count > 0)
            await Ledger.AddAsync(connection, Feed, Equation, _context.Stamp, ct);
    }

    /// <summary>Puts what is still aside in its place and takes tables of the load away that would be written out with it, at the end of the run's transaction; <paramref name="views"/> are made anew after it.</summary>
    public async Task PublishAsync(DbConnection connection, IReadOnlySet<Table> views, CancellationToken ct)
    {
        if (_aside)
            await SwapAsync(new(connection, Sql) { MadeAnew = views.Append(Feed.History).ToHashSet() }, connection, ct);
        if (!_tables.InMemory)
            await new Publication(connection, Sql).DropAsync(_tables.Scratch, ct);
    }

    bool RefersToItself => Feed.Columns.Any(c => c.References?.Feed == Feed.Name);

    // In a feed that refers to itself, a row that goes aside may be the parent of another. A placeholder is made for rows that no other parent keeps out.
    async Task ReferAsync(DbConnection connection, IReadOnlyDictionary<string, FeedLoad> parents, CancellationToken ct)
    {
        var columns = Feed.Columns.Where(c => c.References is not null).ToLookup(c => c.References!.OnMissing is MissingParent.Quarantine);
        for (var again = true; again; again &= RefersToItself)
        {
            again = false;
            foreach (var column in columns[true])
                again |= await ReferAsync(connection, column, parents, ct);
            _wentAside |= again;
        }
        foreach (var column in columns[false])
            await ReferAsync(connection, column, parents, ct);
    }

    // Whether rows went aside.
    async Task<bool> ReferAsync(DbConnection connection, FeedColumn column, IReadOnlyDictionary<string, FeedLoad> loads, CancellationToken ct)
    {
        var reference = column.References!;
        var parent = reference.Feed == Feed.Name ? this : loads.GetValueOrDefault(reference.Feed);
        var parents = new Parents(connection, _tables, parent?._tables, _context.Inferred.Contains(reference.Feed));
        var orphan = await parents.OrphanAsync(column, ct);
        var missing = await connection.ScalarAsync<long>($"SELECT count(*) FROM {Sql.Quote(_tables.Good)} g WHERE {orphan}", ct);
        if (missing == 0)
            return false;
        if (reference.OnMissing is MissingParent.Quarantine)
        {
            await _numbering.NumberAsync(connection, orphan, ct);
            await parents.SetAsideAsync(column, orphan, ct);
            return true;
        }
        if (reference.OnMissing is MissingParent.Warn)
            Warnings = [.. Warnings, $"{column.Name}: {missing} rows refer to {reference.Feed} that are not there"];
        else
        {
            var made = await parents.InferAsync(column, orphan, _tables.Good, _context.Stamp, ct);
            parent!._placeholders += made;
            Warnings = [.. Warnings, $"{column.Name}: {made} rows of {reference.Feed} are not there, and placeholders stand for them"];
        }
        return false;
    }

    // Placeholders for what the rows of a child, old versions too, refer to and do not find any more.
    async Task InferAsync(DbConnection connection, Feed child, FeedLoad load, CancellationToken ct)
    {
        var parents = new Parents(connection, load._tables, _tables, placeholders: true);
        foreach (var column in child.Columns.Where(c => c.References is { OnMissing: MissingParent.Infer } r && r.Feed == Feed.Name))
            foreach (var rows in new[] { load._tables.Good, load._tables.OlderAside })
                _placeholders += await parents.InferAsync(column, await parents.OrphanAsync(column, ct), rows, _context.Stamp, ct);
    }

    // What the rows of a child refer to once this run is published.
    async Task<IEnumerable<string>> ReferredAsync(DbConnection connection, Feed child, FeedLoad? load, CancellationToken ct)
    {
        var columns = child.Columns.Where(c => c.References is { OnMissing: MissingParent.Infer } r && r.Feed == Feed.Name).Select(c => c.Name).ToList();
        List<string> rows = load is null ? [] : [.. new[] { load._tables.Good, load._tables.OlderAside }.SelectMany(t => columns.Select(c => $"SELECT {Sql.Quote(c)} AS k FROM {Sql.Quote(t)}"))];
        if (load is { Swap: true })
            return rows;
        var stays = string.Concat(load?.TakenBack.Select(t => $" AND NOT {t}") ?? []);
        var stored = await Catalog.ColumnsAsync(connection, Sql, child.Base, ct);
        return rows.Concat(columns.Where(c => stored.Exists(s => s.Name == c)).Select(c => $"SELECT {Sql.Quote(c)} AS k FROM {Sql.Quote(child.KeepsHistory ? child.History : child.Base)} WHERE {Sql.Quote(c)} IS NOT NULL{stays}"));
    }

    async Task SwapAsync(Publication publication, DbConnection connection, CancellationToken ct)
    {
        if (Feed.KeepsHistory)
            await connection.ExecuteAsync($"DROP VIEW IF EXISTS {Sql.Quote(Feed.History.Next)}", ct);
        if (Sql.SwapsUnseen)
            await connection.ExecuteAsync($"DROP VIEW IF EXISTS {Sql.Quote(Feed.History)}", ct);
        await publication.ReplaceTableAsync(Feed.Base, Feed.Base.Next, ct);
        _aside = false;
        if (!Feed.KeepsHistory)
            return;
        var fresh = _tables.Older.Next;
        await connection.ExecuteAsync(Sql.Create(fresh, $"SELECT {_tables.Row()} FROM {Sql.Quote(_tables.OlderAside)}"), ct);
        await publication.ReplaceTableAsync(_tables.Older, fresh, ct);
        await ShowHistoryAsync(publication, ct);
    }

    // Everything anew, and yet only rows that differ are touched: nobody who reads has to wait.
    async Task ReplaceRowsAsync(DbConnection connection, CancellationToken ct)
    {
        var columns = _tables.All.Select(c => c.Name).ToList();
        var compared = columns.Except(Stamped).ToList();
        var publication = new Publication(connection, Sql);
        await publication.ReplaceRowsAsync(Feed.Base, Feed.Base.Next, columns, compared, _tables.Difference, "true", ct);
        if (Feed.KeepsHistory)
        {
            if (await Catalog.ExistsAsync(connection, Sql, _tables.Older, ct))
                await publication.ReplaceRowsAsync(_tables.Older, _tables.OlderAside, columns, compared, _tables.Difference, "true", ct);
            else
                await connection.ExecuteAsync(Sql.Create(_tables.Older, $"SELECT {_tables.Row()} FROM {Sql.Quote(_tables.OlderAside)}"), ct);
            await connection.ExecuteAsync($"DROP VIEW IF EXISTS {Sql.Quote(Feed.History.Next)}", ct);
            await ShowHistoryAsync(publication, ct);
        }
        await connection.ExecuteAsync($"DROP TABLE {Sql.Quote(Feed.Base.Next)}", ct);
        _aside = false;
    }

    async Task<bool> SameColumnsAsync(DbConnection connection, CancellationToken ct)
    {
        async Task<HashSet<Column>> ColumnsAsync(Table table) => [.. await Catalog.ColumnsAsync(connection, Sql, table, ct)];
        var fresh = await ColumnsAsync(Feed.Base.Next);
        var older = await ColumnsAsync(_tables.Older);
        return fresh.SetEquals(await ColumnsAsync(Feed.Base)) && (older.Count == 0 || fresh.SetEquals(older));
    }

    async Task MergeAsync(DbConnection connection, CancellationToken ct)
    {
        var publication = new Publication(connection, Sql);
        if (Feed.KeepsHistory && !await Catalog.ExistsAsync(connection, Sql, _tables.Older, ct))
            await connection.ExecuteAsync(Sql.Create(_tables.Older, await Catalog.ColumnsAsync(connection, Sql, Feed.Base, ct)), ct);
        foreach (var table in Feed.KeepsHistory ? new[] { Feed.Base, _tables.Older } : [Feed.Base])
            await publication.AddColumnsAsync(table, _tables.Columns, ct);
        if (Feed.Key.Count > 0)
            await new Versions(connection, _tables).MergeAsync(ct);
        else
        {
            foreach (var rows in TakenBack)
                await connection.ExecuteAsync($"DELETE FROM {Sql.Quote(Feed.Base)} WHERE {rows}", ct);
            await connection.ExecuteAsync($"INSERT INTO {Sql.Quote(Feed.Base)} ({_tables.Row()}) SELECT {_tables.Row()} FROM {Sql.Quote(_tables.Good)}", ct);
        }
        if (Feed.KeepsHistory)
            await ShowHistoryAsync(publication, ct);
    }

    // Lines without a key that come again in another version of their page take the place of all it had: these conditions tell those rows.
    IEnumerable<string> TakenBack => !Replaces ? [] : _objects.Where(o => o.Object.Version > 1).Select(o => o.Object.Object[..(o.Object.Object.LastIndexOf('/') + 1)]).Select(f => $"left(_object, {f.EnumerateRunes().Count()}) = {Sql.Literal(f)}");

    Task ShowHistoryAsync(Publication publication, CancellationToken ct) => publication.ReplaceViewAsync(Feed.History, HistorySql(Feed.Base, _tables.Older), _tables.Staging("__history"), ct);

    string HistorySql(Table newest, Table older) => $"SELECT {_tables.Row()} FROM {Sql.Quote(newest)} UNION ALL SELECT {_tables.Row()} FROM {Sql.Quote(older)}";

    async Task<long> CountAsync(DbConnection connection, Table table, CancellationToken ct) => await connection.ScalarAsync<long>($"SELECT count(*) FROM {Sql.Quote(table)}", ct);
}
