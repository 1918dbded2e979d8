using System.Data.Common;
using System.Runtime.CompilerServices;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>How many keys fall into a bucket, and a sum over their hashes that tells other keys apart.</summary>
public sealed record KeyBucket(string Bucket, long Keys, string Sum);

/// <summary>A key's columns as text, after the <see cref="LoadedKeys.Hash"/> of them.</summary>
public sealed record HashedKey(string Hash, IReadOnlyList<string> Values);

/// <summary>The keys of a feed that a warehouse knows of: rows that stand, and rows in quarantine. A bucket is the first three digits of a key's hash.</summary>
public sealed class LoadedKeys(IWarehouse warehouse, Feed feed)
{
    readonly Dialect _sql = warehouse.Dialect;

    /// <summary>The MD5 of a key, as SQL that every engine has: each text after its length, so that no two keys are strung together alike.</summary>
    public static string Hash(IEnumerable<string> texts) => $"md5({string.Join(" || ", texts.Select(t => $"length({t}) || ':' || {t}"))})";

    /// <summary>Every bucket that holds a key.</summary>
    public async Task<IReadOnlyList<KeyBucket>> BucketsAsync(CancellationToken ct)
    {
        await using var connection = await warehouse.OpenAsync(ct);
        return await FromAsync(connection, ct) is { } keys
            ? await connection.QueryAsync(
                $"SELECT substr(_hash, 1, 3), count(*), CAST(sum({string.Format(null, _sql.FromHex, "substr(_hash, 4, 10)")}) AS {_sql.Text}) FROM ({keys}) k GROUP BY 1",
                r => new KeyBucket(r.GetString(0), r.GetInt64(1), r.GetString(2)), ct)
            : [];
    }

    /// <summary>The keys in some buckets, ordered by hash.</summary>
    public async IAsyncEnumerable<HashedKey> ReadAsync(IReadOnlyList<string> buckets, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await warehouse.OpenAsync(ct);
        if (await FromAsync(connection, ct) is not { } keys)
            yield break;
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM ({keys}) k WHERE substr(_hash, 1, 3) IN ({string.Join(", ", buckets.Select(_sql.Literal))}) ORDER BY _hash";
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            yield return new(reader.GetString(0), [.. Enumerable.Range(1, feed.Key.Count).Select(reader.GetString)]);
    }

    // Null where the feed was never loaded.
    async Task<string?> FromAsync(DbConnection connection, CancellationToken ct)
    {
        List<string> from = [];
        if ((await Catalog.ColumnsAsync(connection, _sql, feed.Base, ct)).Count > 0)
            from.Add($"SELECT {Texts} FROM {_sql.Quote(feed.Base)} WHERE _deleted_at IS NULL AND {LoadTables.Came}");
        if (feed.Key.All((await Catalog.ColumnsAsync(connection, _sql, feed.Quarantine, ct)).Select(c => c.Name).Contains))
            from.Add($"SELECT {Texts} FROM {_sql.Quote(feed.Quarantine)} WHERE _status = 'open'");
        return from.Count == 0 ? null
            : $"SELECT {Hash(feed.Key.Select((_, i) => $"_k{i}"))} AS _hash, t.* FROM ({string.Join(" UNION ", from)}) t WHERE {string.Join(" AND ", Enumerable.Range(0, feed.Key.Count).Select(i => $"_k{i} IS NOT NULL"))}";
    }

    string Texts => string.Join(", ", feed.Key.Select((k, i) => $"CAST({_sql.Quote(k)} AS {_sql.Text}) AS _k{i}"));
}
