using System.Data.Common;
using Cartage.Models;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>Writes a table's rows as objects: readers see the old object or the whole new one, and the same rows make the same bytes.</summary>
sealed class Exporter(IWarehouse warehouse, IObjectStore zone, string tempFolder)
{
    // What append models keep for themselves.
    static readonly string[] Hidden = ["_interval_start", "_interval_end"];

    public async Task WriteAsync(Model model, string key, IReadOnlyList<string> formats, CancellationToken ct)
    {
        await using var connection = await warehouse.OpenAsync(ct);
        var columns = (await Catalog.ColumnsAsync(connection, warehouse.Dialect, model.Table, ct)).Where(c => !Hidden.Contains(c.Name)).Select(c => c.Name).ToList();
        if (columns.Count == 0)
            throw new PipelineException($"{model.File}: the table '{model.Table}' cannot be exported: it is not there", hint: "Run again: the model is built anew.");
        List<string> files = [.. formats.Select(_ => Path.Combine(tempFolder, Path.GetRandomFileName()))];
        try
        {
            Directory.CreateDirectory(tempFolder);
            await using var door = await warehouse.OpenDoorAsync(model.Table, ct);
            foreach (var (format, file) in formats.Zip(files))
                await door.ExecuteAsync($"COPY ({Rows(model, columns)}) TO {Dialect.DuckDb.Literal(file)} ({Options(format)})", ct);
            foreach (var (format, file) in formats.Zip(files))
            {
                await using var content = File.OpenRead(file);
                await zone.PutAsync($"{key}.{format}", content, ct);
            }
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            throw new PipelineException($"{model.File}: the table '{model.Table}' cannot be exported: {e.Message.Split("\n\n")[0]}", e is DbException { IsTransient: true }, "If the disk is full, free some space; then run again.", e);
        }
        finally
        {
            files.ForEach(File.Delete);
        }
    }

    static string Rows(Model model, IReadOnlyList<string> columns)
    {
        var dialect = Dialect.DuckDb;
        return $"SELECT {dialect.Quote(columns)} FROM {dialect.Quote(model.Table)} ORDER BY {(model.RowKey.Count > 0 ? dialect.Quote(model.RowKey) : "ALL")}";
    }

    static string Options(string format) =>
        format switch
        {
            "csv" => "FORMAT csv, HEADER true",
            "parquet" => "FORMAT parquet, COMPRESSION zstd",
            "json" => "FORMAT json, ARRAY true",
            "ndjson" => "FORMAT json, ARRAY false",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
