using System.Globalization;
using System.Text.Json;
using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses.Copying;

/// <summary>A table of the door as Parquet files in a bucket, as many as the cluster's slices read at once or a multiple of that, and a manifest of them for one <c>COPY</c>.</summary>
sealed class ParquetCopy(IObjectStore bucket, string place, string tempFolder)
{
    const long RowsPerFile = 1_000_000;
    const int LongestText = 65_535;

    static readonly Dialect Duck = Dialect.DuckDb;

    /// <summary>How many files: the slices share the work evenly, and no file is too large for one.</summary>
    public static int Files(long rows, int slices) => rows == 0 ? 0 : (int)Math.Min(rows, slices * Math.Max(1, (rows + slices * RowsPerFile - 1) / (slices * RowsPerFile)));

    /// <summary>The columns the files have, in order, with the rows' own numbers last; what the warehouse has no type for travels as text.</summary>
    public static IReadOnlyList<(string Select, Column Column)> Fields(IReadOnlyList<Column> columns) =>
        [
            .. columns.Select(c => (Select(c), c.Type switch
            {
                "UUID" or "INTERVAL" or "JSON" or "TIME" => c with { Type = "VARCHAR" },
                "TIMESTAMP WITH TIME ZONE" => c with { Type = "TIMESTAMPTZ" },
                var type when type.EndsWith(']') || type.StartsWith("STRUCT(", StringComparison.Ordinal) || type.StartsWith("MAP(", StringComparison.Ordinal) => c with { Type = "VARCHAR" },
                _ => c,
            })),
            ("rowid AS _rid", new("_rid", "BIGINT")),
        ];

    /// <summary>Writes the files and their manifest under a prefix; returns the manifest's key, null where there is no row.</summary>
    public async Task<string?> WriteAsync(DuckDbConnection door, Table table, string prefix, int slices, CancellationToken ct)
    {
        var columns = await Catalog.ColumnsAsync(door, Duck, table, ct);
        await RefuseLongTextAsync(door, table, columns, ct);
        var (rows, first, end) = (await door.QueryAsync($"SELECT count(*), coalesce(min(rowid), 0), coalesce(max(rowid) + 1, 0) FROM {Duck.Quote(table)}", r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), ct))[0];
        long From(int file, int files) => first + (end - first) * file / files; // rows that lie together: those of other files are not looked at
        var files = Files(rows, slices);
        List<(string Key, long Bytes)> written = [];
        for (var i = 0; i < files; i++)
        {
            var file = Path.Combine(tempFolder, Path.GetRandomFileName() + ".parquet");
            try
            {
                await door.ExecuteAsync(
                    $"COPY (SELECT {string.Join(", ", Fields(columns).Select(f => f.Select))} FROM {Duck.Quote(table)} WHERE rowid >= {From(i, files)} AND rowid < {From(i + 1, files)}) TO {Duck.Literal(file)} (FORMAT parquet, COMPRESSION zstd)", ct);
                var key = $"{prefix}/part-{i.ToString("D5", CultureInfo.InvariantCulture)}.parquet";
                await using var content = File.OpenRead(file);
                await bucket.PutAsync(key, content, ct);
                written.Add((key, content.Length));
            }
            finally
            {
                File.Delete(file);
            }
        }
        if (files == 0)
            return null;
        var manifest = $"{prefix}/manifest.json";
        await bucket.PutAsync(manifest, new MemoryStream(Manifest(place, written)), ct);
        return manifest;
    }

    /// <summary>The manifest of files: each must be there, with the size that COPY asks for.</summary>
    public static byte[] Manifest(string place, IEnumerable<(string Key, long Bytes)> files)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("entries");
            foreach (var (key, length) in files)
            {
                json.WriteStartObject();
                json.WriteString("url", $"{place}/{key}");
                json.WriteBoolean("mandatory", true);
                json.WriteStartObject("meta");
                json.WriteNumber("content_length", length);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>The statement that loads what a manifest names.</summary>
    public static string Statement(Dialect dialect, Table table, string manifestUrl, string authorization) =>
        $"COPY {dialect.Quote(table)} FROM {dialect.Literal(manifestUrl)} {authorization} FORMAT AS PARQUET MANIFEST";

    /// <summary>Takes the files away again.</summary>
    public async Task RemoveAsync(string prefix, CancellationToken ct)
    {
        await foreach (var item in bucket.ListAsync(prefix + "/", ct))
            await bucket.DeleteAsync(item.Key, ct);
    }

    static string Select(Column column)
    {
        var name = Duck.Quote(column.Name);
        return column.Type switch
        {
            "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => $"CAST({name} AS TIMESTAMP) AS {name}",
            "UBIGINT" => $"CAST({name} AS DECIMAL(20,0)) AS {name}",
            "HUGEINT" or "UHUGEINT" => $"CAST({name} AS DECIMAL(38,0)) AS {name}",
            "TINYINT" or "UTINYINT" => $"CAST({name} AS SMALLINT) AS {name}",
            "USMALLINT" => $"CAST({name} AS INTEGER) AS {name}",
            "UINTEGER" => $"CAST({name} AS BIGINT) AS {name}",
            "UUID" or "INTERVAL" or "JSON" or "TIME" => $"CAST({name} AS VARCHAR) AS {name}",
            var type when type.EndsWith(']') || type.StartsWith("STRUCT(", StringComparison.Ordinal) || type.StartsWith("MAP(", StringComparison.Ordinal) => $"CAST(to_json({name}) AS VARCHAR) AS {name}",
            _ => name,
        };
    }

    // The cluster would end the COPY with a line in a system table.
    static async Task RefuseLongTextAsync(DuckDbConnection door, Table table, IReadOnlyList<Column> columns, CancellationToken ct)
    {
        foreach (var column in columns.Where(c => c.Type == "VARCHAR"))
            if (await door.ScalarAsync<long?>($"SELECT max(strlen({Duck.Quote(column.Name)})) FROM {Duck.Quote(table)}", ct) is > LongestText and var length)
                throw new PipelineException($"{table.Name}.{column.Name}: a text of {length} bytes is longer than Redshift can hold, which is {LongestText}", hint: "Give the column a rule 'length: [0, 20000]', so that such rows are set aside.");
    }
}
