using System.Data.Common;
using Cartage.Checks;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>What a load needs to know of its run; in a swap the base table is built anew.</summary>
public sealed record LoadContext(RunStamp Stamp, bool Swap, string TempFolder, IReadOnlySet<string> SetAside);

/// <summary>One feed on its way from objects to its base table: staged and put to the row-local rules, then to the rules over sets, then applied within the run's transaction.</summary>
public sealed class FeedLoad
{
    static readonly Dialect Sql = Dialect.DuckDb;

    readonly IReadOnlyList<Column> _columns;
    readonly bool _hasBase;
    readonly LoadContext _context;
    readonly IReadOnlyList<(Manifest Object, Header Header)> _objects;
    readonly long _retried;
    DoorResult _door = new(0, 0, 0, [], []);
    long _inserted, _updated, _deleted, _unchanged, _superseded, _quarantined;

    FeedLoad(Feed feed, LoadContext context, IReadOnlyList<Column> columns, bool hasBase, IReadOnlyList<(Manifest, Header)> objects, long retried)
    {
        (Feed, _context, _columns, _hasBase, _objects, _retried) = (feed, context, columns, hasBase, objects, retried);
        Swap = context.Swap || !hasBase;
    }

    /// <summary>The feed.</summary>
    public Feed Feed { get; }

    /// <summary>Whether the base table is replaced rather than merged into.</summary>
    public bool Swap { get; }

    /// <summary>Objects that cannot be read, and why.</summary>
    public IReadOnlyList<(Manifest Object, string Reason)> Unreadable => _door.Unreadable;

    /// <summary>Rules broken with a warning.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Rows that broke a rule of severity <c>reject</c>.</summary>
    public long Rejecting { get; private set; }

    /// <summary>Whether the base table or its history will differ.</summary>
    public bool Changed => Swap || _inserted + _updated + _deleted > 0 || _superseded > 0;

    /// <summary>Where the rows went.</summary>
    public RowEquation Equation => new(Feed.Name, _door.Read, _inserted, _updated, _deleted, _unchanged, _superseded, _door.Dropped, _quarantined);

    /// <summary>What models read while they are built: the table aside in a swap, else the base.</summary>
    public Table Readable => Swap ? Feed.Base.Next : Feed.Base;

    Table Good => Swap ? Feed.Base.Next : new(Table.StagingSchema(Feed.Pipeline), Feed.Name);
    Table Bad => new(Table.StagingSchema(Feed.Pipeline), Feed.Name + "__bad");
    Table Older => new(Feed.Base.Schema, Feed.Name + "__older");
    Table OlderAside => new(Table.StagingSchema(Feed.Pipeline), Feed.Name + "__older");
    Table Difference => new(Table.StagingSchema(Feed.Pipeline), Feed.Name + "__diff");
    Table Retry => new(Table.StagingSchema(Feed.Pipeline), Feed.Name + "__retry");

    IEnumerable<string> Names => _columns.Select(c => c.Name);
    IEnumerable<string> AllNames => Names.Concat(Contract.Own.Select(c => c.Name));
    string KeyList(string prefix = "") => Sql.Quote(Feed.Key, prefix);
    string SameKey(string a, string b) => string.Join(" AND ", Feed.Key.Select(k => $"{a}.{Sql.Quote(k)} = {b}.{Sql.Quote(k)}"));
    string Content(string a, string b) => string.Join(" OR ", Names.Append("_deleted_at").Where(n => n != "_deleted_at" || Feed is { DeletedWhen: not null, Cursor: not null }).Where(n => !Feed.Key.Contains(n)).Select(n => $"{a}.{Sql.Quote(n)} IS DISTINCT FROM {b}.{Sql.Quote(n)}").DefaultIfEmpty("false"));
    string Order(string a) => $"{(Feed.Cursor is { } c ? $"{a}.{Sql.Quote(c)} DESC NULLS LAST, " : "")}{a}._object DESC, {a}._record DESC NULLS LAST";

    /// <summary>Reads new objects, and rows of the quarantine that are to be tried again, through the door into staging.</summary>
    public static async Task<FeedLoad> StageAsync(IWarehouse warehouse, IObjectStore raw, Feed feed, IReadOnlyList<Manifest> objects, bool retryOpen, LoadContext context, CancellationToken ct)
    {
        await using var door = await warehouse.OpenDoorAsync(ct);
        List<(Manifest, Header)> readable = [];
        List<(Manifest, string)> unreadable = [];
        foreach (var item in objects)
            try
            {
                using var copy = await raw.FetchAsync(item.Object, ct);
                readable.Add((item, await Header.ReadAsync(door, feed, item, copy.Path, ct)));
            }
            catch (Exception e) when (e is InvalidDataException or IOException or DuckDbException)
            {
                unreadable.Add((item, e.Message));
            }
        var stored = await ColumnsAsync(door, feed.Base, ct);
        var columns = await ContractAsync(door, raw, feed, readable, stored, ct);
        var load = new FeedLoad(feed, context, columns, stored.Count > 0, readable, await CopyRetryAsync(door, feed, columns, retryOpen, context.Swap, ct));
        var reader = new Door(door, raw, feed, columns, load.Good, load.Bad, context.Stamp, context.TempFolder);
        await reader.CreateAsync(ct);
        load._door = new(0, 0, 0, [], unreadable);
        foreach (var group in readable.GroupBy(o => o.Item2.Group))
            load._door = load._door.Plus(await reader.ReadAsync([.. group], ct));
        if (load._retried > 0)
            load._door = load._door.Plus(await reader.RetryAsync(load.Retry, ct));
        (load.Warnings, load.Rejecting) = (load._door.Warnings, context.SetAside.Contains(feed.Name) ? 0 : load._door.Rejecting);
        await warehouse.ReceiveAsync(door, load.Good, ct);
        await warehouse.ReceiveAsync(door, load.Bad, ct);
        return load;
    }

    /// <summary>The rules over sets: newest of each key, references to <paramref name="parents"/>, and what differs from the base table; everything that depends on data happens here, before the transaction.</summary>
    public async Task PrepareAsync(DbConnection connection, IReadOnlyDictionary<string, FeedLoad> parents, CancellationToken ct)
    {
        await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {Sql.Quote(OlderAside)} AS FROM {Sql.Quote(Good)} LIMIT 0", ct);
        if (Feed.Key.Count > 0)
            await KeepNewestAsync(connection, ct);
        foreach (var column in Feed.Columns.Where(c => c.References is not null))
            await ReferAsync(connection, column, parents, ct);
        if (Swap)
            (_inserted, _deleted) = (await connection.QueryAsync($"SELECT count(*) - count(_deleted_at), count(_deleted_at) FROM {Sql.Quote(Good)}", r => (r.GetInt64(0), r.GetInt64(1)), ct))[0];
        else if (Feed.Key.Count > 0)
            await DifferAsync(connection, ct);
        else
            _inserted = await CountAsync(connection, Good, ct);
        _quarantined = await CountAsync(connection, Bad, ct);
        if (Swap && Feed.KeepsHistory)
            await connection.ExecuteAsync(HistorySql(Feed.Base.Next, OlderAside, Feed.History.Next), ct);
    }

    /// <summary>Makes the base table what it is to be, within the run's transaction.</summary>
    public async Task ApplyAsync(DbConnection connection, CancellationToken ct)
    {
        if (Swap)
            await connection.ExecuteAsync(
                $"""
                DROP VIEW IF EXISTS {Sql.Quote(Feed.History.Next)};
                DROP TABLE IF EXISTS {Sql.Quote(Feed.Base)};
                ALTER TABLE {Sql.Quote(Feed.Base.Next)} RENAME TO {Sql.Quote(Feed.Base.Name)};
                """,
                ct
            );
        else
            await MergeAsync(connection, ct);
        if (Feed.KeepsHistory)
            await KeepOlderAsync(connection, ct);
        await SetAsideAsync(connection, ct);
        await Ledger.AddAsync(connection, Feed, _objects.Select(o => (o.Object, (string?)null)), _context.Stamp, ct);
        if (_door.Read > 0 || _objects.Count > 0)
            await Ledger.AddAsync(connection, Feed, Equation, _context.Stamp, ct);
    }

    // Windows only where keys do repeat: a count proves most loads clean.
    async Task KeepNewestAsync(DbConnection connection, CancellationToken ct)
    {
        var distinct = Feed.Key.Count == 1 ? $"count(DISTINCT {KeyList()})" : $"count(DISTINCT hash({KeyList()}))";
        if (await connection.ScalarAsync<bool>($"SELECT count(*) = {distinct} FROM {Sql.Quote(Good)}", ct))
            return;
        var noOrder = Feed.Cursor is { } cursor ? $"{Sql.Quote(cursor)} IS NULL" : "true";
        var ranked = Good with { Schema = Table.StagingSchema(Feed.Pipeline), Name = Feed.Name + "__ranked" };
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(ranked)} AS
            SELECT *, row_number() OVER (PARTITION BY {KeyList()} ORDER BY _conflict DESC, {Order("t")}) AS _place,
              row_number() OVER (PARTITION BY {KeyList()}, _content ORDER BY {Order("t")}) AS _copy
            FROM (
              SELECT *, {noOrder} AND count(DISTINCT CASE WHEN {noOrder} THEN _content END) OVER (PARTITION BY {KeyList()}, CASE WHEN {noOrder} THEN _object END) > 1 AS _conflict
              FROM (SELECT g.rowid AS _rid, md5(to_json(struct_pack({string.Join(", ", Names.Append("_deleted_at").Select(n => $"{Sql.Quote(n)} := g.{Sql.Quote(n)}"))}))::VARCHAR) AS _content, g.*
                FROM {Sql.Quote(Good)} g SEMI JOIN (SELECT {KeyList()} FROM {Sql.Quote(Good)} GROUP BY ALL HAVING count(*) > 1) d ON {SameKey("g", "d")})
            ) t
            """,
            ct
        );
        var texts = string.Join(", ", _columns.Select(c => $"CAST({Sql.Quote(c.Name)} AS VARCHAR)"));
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {Sql.Quote(Bad)}
            SELECT {texts}, {Sql.Literal(string.Join(", ", Feed.Key) + ": another row has the same key and other content, and nothing says which is newer")}, 'key_conflict', _object, _record,
              concat_ws(',', {string.Join(", ", Names.Select(n => $"coalesce(CAST({Sql.Quote(n)} AS VARCHAR), '')"))}), {(Feed.Severity == Severity.Reject ? "true" : "false")}
            FROM {Sql.Quote(ranked)} WHERE _conflict AND _copy = 1;
            INSERT INTO {Sql.Quote(OlderAside)} SELECT {Sql.Quote(AllNames)} FROM {Sql.Quote(ranked)} WHERE NOT _conflict AND _place > 1 AND _copy = 1 AND {(Feed.KeepsHistory ? "true" : "false")};
            """,
            ct
        );
        var conflicts = await connection.ScalarAsync<long>($"SELECT count(*) FROM {Sql.Quote(ranked)} WHERE _conflict AND _copy = 1", ct);
        if (Feed.Severity == Severity.Reject)
            Rejecting += conflicts;
        var gone = await connection.ExecuteAsync(
            $"DELETE FROM {Sql.Quote(Good)} WHERE rowid IN (SELECT _rid FROM {Sql.Quote(ranked)} WHERE _conflict OR _copy > 1 OR (_place > 1)); ", ct);
        _superseded += gone - conflicts;
        await connection.ExecuteAsync($"DROP TABLE {Sql.Quote(ranked)}", ct);
    }

    async Task ReferAsync(DbConnection connection, FeedColumn column, IReadOnlyDictionary<string, FeedLoad> parents, CancellationToken ct)
    {
        var reference = column.References!;
        var target = parents.GetValueOrDefault(reference.Feed);
        var parent = new Feed(Feed.Pipeline, reference.Feed, "", 0);
        List<Table> found = [];
        if (target is not null)
            found.Add(target.Good);
        if (target is not { Swap: true } && (await ColumnsAsync(connection, parent.Base, ct)).Count > 0)
            found.Add(parent.Base);
        var (name, key) = (Sql.Quote(column.Name), Sql.Quote(reference.Column));
        var known = found.Count == 0 ? "SELECT NULL AS k WHERE false" : string.Join(" UNION ALL ", found.Select(t => $"SELECT {key} AS k FROM {Sql.Quote(t)}"));
        var orphan = $"{name} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ({known}) p WHERE p.k = g.{name})";
        var missing = await connection.ScalarAsync<long>($"SELECT count(*) FROM {Sql.Quote(Good)} g WHERE {orphan}", ct);
        if (missing == 0)
            return;
        if (reference.OnMissing is not MissingParent.Quarantine)
        {
            Warnings = [.. Warnings, $"{column.Name}: {missing} rows refer to {reference.Feed} that are not there"];
            return;
        }
        List<string> aside = [];
        if (target is not null)
            aside.Add($"SELECT {key} AS k FROM {Sql.Quote(target.Bad)}");
        if ((await ColumnsAsync(connection, parent.Quarantine, ct)).Exists(c => c.Name == reference.Column))
            aside.Add($"SELECT {key} AS k FROM {Sql.Quote(parent.Quarantine)} WHERE _status = 'open'");
        var inQuarantine = aside.Count == 0 ? "false" : $"CAST({name} AS VARCHAR) IN ({string.Join(" UNION ALL ", aside)})";
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {Sql.Quote(Bad)}
            SELECT {string.Join(", ", _columns.Select(c => $"CAST({Sql.Quote(c.Name)} AS VARCHAR)"))},
              {Sql.Literal(column.Name + ": '")} || {name} || CASE WHEN {inQuarantine} THEN {Sql.Literal($"' — its row in {reference.Feed} is in quarantine")} ELSE {Sql.Literal($"' — there is no such row in {reference.Feed}")} END,
              CASE WHEN {inQuarantine} THEN 'parent_quarantined' ELSE 'unknown_reference' END, _object, _record,
              concat_ws(',', {string.Join(", ", Names.Select(n => $"coalesce(CAST({Sql.Quote(n)} AS VARCHAR), '')"))}), false
            FROM {Sql.Quote(Good)} g WHERE {orphan};
            DELETE FROM {Sql.Quote(Good)} g WHERE {orphan};
            """,
            ct
        );
    }

    async Task DifferAsync(DbConnection connection, CancellationToken ct)
    {
        // Without a change time what was seen later is newer; with one, only what is later by it.
        var late = Feed.Cursor is { } cursor
            ? $"(coalesce(b.{Sql.Quote(cursor)}, TIMESTAMP '-infinity'), b._object, coalesce(b._record, 0)) > (coalesce(g.{Sql.Quote(cursor)}, TIMESTAMP '-infinity'), g._object, coalesce(g._record, 0))"
            : "false";
        await EvolveAsync(connection, ct);
        await connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE {Sql.Quote(Difference)} AS
            SELECT g.*, b.rowid AS _rid, b.rowid IS NOT NULL AND {late} AS _late, b._deleted_at IS NULL AND g._deleted_at IS NOT NULL AS _deletes
            FROM {Sql.Quote(Good)} g LEFT JOIN {Sql.Quote(Feed.Base)} b ON {SameKey("b", "g")}
            WHERE b.rowid IS NULL OR {Content("b", "g")}
            """,
            ct
        );
        if (Feed.KeepsHistory)
            await connection.ExecuteAsync($"INSERT INTO {Sql.Quote(OlderAside)} SELECT {Sql.Quote(AllNames)} FROM {Sql.Quote(Difference)} WHERE _late", ct);
        var counts = (await connection.QueryAsync(
            $"""
            SELECT count(*) FILTER (WHERE _rid IS NULL AND _deleted_at IS NULL), count(*) FILTER (WHERE _rid IS NOT NULL AND NOT _late AND NOT _deletes),
              count(*) FILTER (WHERE NOT _late AND _deletes OR _rid IS NULL AND _deleted_at IS NOT NULL), count(*) FILTER (WHERE _late), (SELECT count(*) FROM {Sql.Quote(Good)}) - count(*)
            FROM {Sql.Quote(Difference)}
            """,
            r => (Inserted: r.GetInt64(0), Updated: r.GetInt64(1), Deleted: r.GetInt64(2), Late: r.GetInt64(3), Same: r.GetInt64(4)), ct))[0];
        (_inserted, _updated, _deleted, _unchanged) = (counts.Inserted, counts.Updated, counts.Deleted, counts.Same);
        _superseded += counts.Late;
    }

    async Task MergeAsync(DbConnection connection, CancellationToken ct)
    {
        if (Feed.Key.Count == 0)
        {
            await EvolveAsync(connection, ct);
            await connection.ExecuteAsync($"INSERT INTO {Sql.Quote(Feed.Base)} BY NAME FROM {Sql.Quote(Good)}", ct);
            return;
        }
        if (Feed.KeepsHistory)
            await connection.ExecuteAsync(
                $"INSERT INTO {Sql.Quote(OlderAside)} SELECT {Sql.Quote(AllNames, "b.")} FROM {Sql.Quote(Feed.Base)} b JOIN {Sql.Quote(Difference)} d ON b.rowid = d._rid WHERE NOT d._late", ct);
        await connection.ExecuteAsync(
            $"""
            UPDATE {Sql.Quote(Feed.Base)} AS t SET {string.Join(", ", AllNames.Where(n => !Feed.Key.Contains(n)).Select(n => $"{Sql.Quote(n)} = d.{Sql.Quote(n)}"))}
            FROM {Sql.Quote(Difference)} d WHERE t.rowid = d._rid AND NOT d._late;
            INSERT INTO {Sql.Quote(Feed.Base)} BY NAME SELECT {Sql.Quote(AllNames)} FROM {Sql.Quote(Difference)} WHERE _rid IS NULL;
            """,
            ct
        );
    }

    // Every version once: what is there already, as the newest or as an older one, is not added again.
    async Task KeepOlderAsync(DbConnection connection, CancellationToken ct)
    {
        if (Swap)
            await connection.ExecuteAsync($"DROP VIEW IF EXISTS {Sql.Quote(Feed.History)}; CREATE OR REPLACE TABLE {Sql.Quote(Older)} AS FROM {Sql.Quote(OlderAside)} LIMIT 0", ct);
        var same = string.Join(" AND ", Names.Append("_deleted_at").Select(n => $"o.{Sql.Quote(n)} IS NOT DISTINCT FROM a.{Sql.Quote(n)}"));
        await connection.ExecuteAsync(
            $"""
            INSERT INTO {Sql.Quote(Older)} BY NAME
            SELECT DISTINCT ON ({Sql.Quote(Names.Append("_deleted_at"), "a.")}) {Sql.Quote(AllNames, "a.")} FROM {Sql.Quote(OlderAside)} a
            WHERE NOT EXISTS (SELECT 1 FROM {Sql.Quote(Older)} o WHERE {SameKey("o", "a")} AND {same})
              AND NOT EXISTS (SELECT 1 FROM {Sql.Quote(Feed.Base)} o WHERE {SameKey("o", "a")} AND {same})
            ORDER BY ALL;
            """,
            ct
        );
        await connection.ExecuteAsync(HistorySql(Feed.Base, Older, Feed.History), ct);
    }

    string HistorySql(Table newest, Table older, Table history) =>
        $"CREATE OR REPLACE VIEW {Sql.Quote(history)} AS SELECT {Sql.Quote(AllNames)} FROM {Sql.Quote(newest)} UNION ALL SELECT {Sql.Quote(AllNames)} FROM {Sql.Quote(older)}";

    async Task SetAsideAsync(DbConnection connection, CancellationToken ct)
    {
        if (_quarantined == 0 && _retried == 0)
            return;
        await QuarantineTable.EnsureAsync(connection, Feed, Names, ct);
        await connection.ExecuteAsync(
            $"""
            UPDATE {Sql.Quote(Feed.Quarantine)} AS q SET _status = CASE WHEN EXISTS (SELECT 1 FROM {Sql.Quote(Bad)} b WHERE b._object = q._object AND b._record IS NOT DISTINCT FROM q._record) THEN 'open' ELSE 'released' END
            WHERE {(_retried > 0 ? $"EXISTS (SELECT 1 FROM {Sql.Quote(Retry)} r WHERE r._id = q._id)" : "false")};
            INSERT INTO {Sql.Quote(Feed.Quarantine)} BY NAME
            SELECT {string.Concat(Names.Select(n => $"b.{Sql.Quote(n)}, "))} uuid() AS "_id", b._reason, b._rules, b._object, b._record, b._raw,
              {Sql.Literal(_context.Stamp.RunId)} AS "_run", {_context.Stamp.LoadedAtSql} AS "_first_seen", 'open' AS "_status"
            FROM {Sql.Quote(Bad)} b
            WHERE NOT EXISTS (SELECT 1 FROM {Sql.Quote(Feed.Quarantine)} q WHERE q._object = b._object AND q._record IS NOT DISTINCT FROM b._record);
            """,
            ct
        );
    }

    async Task EvolveAsync(DbConnection connection, CancellationToken ct)
    {
        foreach (var table in Feed.KeepsHistory ? new[] { Feed.Base, Older } : [Feed.Base])
        {
            var there = (await ColumnsAsync(connection, table, ct)).Select(c => c.Name).ToHashSet();
            foreach (var column in there.Count == 0 ? [] : _columns.Where(c => !there.Contains(c.Name)))
                await connection.ExecuteAsync($"ALTER TABLE {Sql.Quote(table)} ADD COLUMN {Sql.Quote(column.Name)} {column.Type}", ct);
        }
    }

    // The columns of the contract, then those of the base table, then those that objects bring and nobody declared.
    static async Task<IReadOnlyList<Column>> ContractAsync(DuckDbConnection door, IObjectStore raw, Feed feed, IReadOnlyList<(Manifest Object, Header Header)> objects, IReadOnlyList<Column> stored, CancellationToken ct)
    {
        var own = Contract.Own.Select(c => c.Name).ToHashSet();
        List<Column> columns = [.. feed.Columns.Select(c => new Column(c.Name, Contract.SqlType(c.Type) ?? "VARCHAR"))];
        void Add(Column column)
        {
            if (!own.Contains(column.Name) && !columns.Exists(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)))
                columns.Add(column);
        }
        foreach (var column in stored)
            Add(column);
        foreach (var group in objects.GroupBy(o => o.Header.Group))
        {
            var (item, header) = group.First();
            var strange = header.Columns.Where(c => !columns.Exists(d => d.Name.Equals(c, StringComparison.OrdinalIgnoreCase))).ToList();
            if (strange.Count == 0)
                continue;
            using var copy = await raw.FetchAsync(item.Object, ct);
            var path = Sql.Literal(copy.Path);
            var from = header.Kind switch
            {
                "parquet" => $"read_parquet({path})",
                "json" or "ndjson" => $"read_json({path}{header.Compression})",
                _ => $"read_csv({path}, header = true, delim = {Sql.Literal(header.Delimiter.ToString())}, nullstr = [{header.NullList}], ignore_errors = true{header.Compression})",
            };
            Dictionary<string, string> types = [];
            try
            {
                types = (await door.QueryAsync($"DESCRIBE SELECT * FROM {from}", r => (r.GetString(0), r.GetString(1)), ct)).ToDictionary(x => x.Item1, x => x.Item2, StringComparer.OrdinalIgnoreCase);
            }
            catch (DuckDbException)
            {
                // what cannot be sniffed is kept as text
            }
            foreach (var name in strange)
                Add(new(name, types.GetValueOrDefault(name) is { } type && (type.StartsWith("DECIMAL", StringComparison.Ordinal) || type is "BIGINT" or "DOUBLE" or "BOOLEAN" or "DATE" or "TIMESTAMP" or "INTEGER") ? type : "VARCHAR"));
        }
        return columns;
    }

    static async Task<long> CopyRetryAsync(DuckDbConnection door, Feed feed, IReadOnlyList<Column> columns, bool retryOpen, bool swap, CancellationToken ct)
    {
        var there = (await ColumnsAsync(door, feed.Quarantine, ct)).Select(c => c.Name).ToHashSet();
        if (there.Count == 0)
            return 0;
        var texts = columns.Select(c => there.Contains(c.Name) ? Sql.Quote(c.Name) : $"CAST(NULL AS VARCHAR) AS {Sql.Quote(c.Name)}");
        var retry = new Table(Table.StagingSchema(feed.Pipeline), feed.Name + "__retry");
        var which = swap ? "_status = 'fixed' OR _status = 'released' AND _fixed"
            : retryOpen ? "_status = 'fixed' OR _status = 'open' AND _rules IN ('unknown_reference', 'parent_quarantined')"
            : "_status = 'fixed'";
        await door.ExecuteAsync($"CREATE OR REPLACE TABLE {Sql.Quote(retry)} AS SELECT {string.Join(", ", texts)}, _object, _record, _raw, _id FROM {Sql.Quote(feed.Quarantine)} WHERE {which}", ct);
        return await CountAsync(door, retry, ct);
    }

    static async Task<long> CountAsync(DbConnection connection, Table table, CancellationToken ct) => await connection.ScalarAsync<long>($"SELECT count(*) FROM {Sql.Quote(table)}", ct);

    internal static Task<List<Column>> ColumnsAsync(DbConnection connection, Table table, CancellationToken ct) =>
        connection.QueryAsync(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $schema AND table_name = $name ORDER BY ordinal_position",
            r => new Column(r.GetString(0), r.GetString(1)), ct, ("schema", table.Schema), ("name", table.Name));
}
