using Cartage.DuckDb;

namespace Cartage.Host.Gen;

/// <summary>What to make: <paramref name="Scale"/> multiplies customers, orders and lines, <paramref name="Changes"/> is a number of days from 2019-01-01, and the seed decides everything else.</summary>
public sealed record BikeStoreOptions(string Folder, int Scale = 1, int Changes = 0, bool Dirt = false, long Seed = 42)
{
    /// <summary>How many threads compute; the files do not depend on it.</summary>
    public int? Threads { get; init; }
}

/// <summary>One of the nine files.</summary>
public sealed record GenFile(string Name, long Rows, long Bytes);

/// <summary>What was written: the base files, rows in change files, and lines in the manifest of what was broken.</summary>
public sealed record GenSummary(string Folder, IReadOnlyList<GenFile> Files, long ChangeRows, long ManifestLines);

/// <summary>An invented chain of three bike shops, 2016 to 2018, as nine CSV files; the same options give the same bytes.</summary>
public static class BikeStore
{
    /// <summary>Writes the files into the options' folder, in place of those of an earlier time.</summary>
    public static async Task<GenSummary> WriteAsync(BikeStoreOptions options, CancellationToken ct)
    {
        if (options.Scale < 1 || options.Changes < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options, "The scale is at least 1 and the days of changes at least 0.");
        try
        {
            return await FillAsync(new GenFolder(options.Folder), options, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckDbException { ErrorType: DuckDbErrorType.Io })
        {
            throw new PipelineException($"{options.Folder}: the shop's files cannot be written: {e.Message}", hint: "Name a folder that can be written and has room.", inner: e);
        }
    }

    static async Task<GenSummary> FillAsync(GenFolder folder, BikeStoreOptions options, CancellationToken ct)
    {
        folder.Clear();
        await using var connection = new DuckDbConnection(options.Threads is { } threads ? $"threads={threads}" : "");
        await connection.OpenAsync(ct);
        await Vocabulary.TeachAsync(connection, options.Seed, ct);
        await Catalogue.StockAsync(connection, ct);
        var files = await new Ledgers(connection, options.Scale).WriteAsync(options.Dirt ? folder.Clean : folder.Root, ct);
        var changed = options.Changes == 0 ? 0 : await new ChangeDays(connection, options.Scale).WriteAsync(folder, options.Changes, ct);
        if (!options.Dirt)
            return new(folder.Root, files, changed, 0);
        var (dirty, broken) = await Task.Run(() => new Dirt(folder, options.Seed).Spread(files, ct), ct);
        return new(folder.Root, dirty, changed, broken);
    }
}
