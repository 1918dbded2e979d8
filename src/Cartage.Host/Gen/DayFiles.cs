using System.Globalization;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>Writes what was made as CSV, and takes away files of an earlier time by the shape of their names.</summary>
sealed class DayFiles(DuckDbConnection connection, string root)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    readonly List<GenFile> _files = [];

    public IReadOnlyList<GenFile> Written => _files;

    /// <summary>Runs a generator on a database that knows words and chance; a <see cref="PipelineException"/> says why files cannot be written.</summary>
    public static async Task<GenSummary> FillAsync(GenRequest request, Func<DuckDbConnection, DayFiles, Task> fill, CancellationToken ct)
    {
        if (request.Scale < 1 || request.Days < 1)
            throw new ArgumentOutOfRangeException(nameof(request), request, "The scale and the days are at least 1.");
        try
        {
            Directory.CreateDirectory(request.Folder);
            await using var connection = new DuckDbConnection();
            await connection.OpenAsync(ct);
            await Vocabulary.TeachAsync(connection, request.Seed, ct);
            await connection.ExecuteAsync("SET VARIABLE scale = $scale; SET VARIABLE days = $days; SET VARIABLE dirt = $dirt; CREATE MACRO spoil(value, broken, every, about) AS CASE WHEN getvariable('dirt') AND die(every, concat('spoil ', broken), about) = 0 THEN broken ELSE value::VARCHAR END;", ct,
                ("scale", request.Scale), ("days", request.Days), ("dirt", request.Dirt));
            var files = new DayFiles(connection, Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Folder)));
            await fill(connection, files);
            return new(request.Folder, files.Written, 0, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckDbException { ErrorType: DuckDbErrorType.Io })
        {
            throw new PipelineException($"{request.Folder}: the files cannot be written: {e.Message}", hint: "Name a folder that can be written and has room.", inner: e);
        }
    }

    /// <summary>Deletes files below the root that match, and the folders that this leaves empty; a user's own files and folders stay.</summary>
    public void Clear(string pattern, Func<string, bool> mine)
    {
        foreach (var file in Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories).Where(f => mine(Path.GetRelativePath(root, f).Replace('\\', '/'))).ToList())
        {
            File.Delete(file);
            for (var folder = Path.GetDirectoryName(file)!; folder != root && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
    }

    /// <summary>One file from a query.</summary>
    public async Task WriteAsync(string name, string rows, CancellationToken ct)
    {
        var (count, bytes) = await CopyAsync(name, rows, ct);
        _files.Add(new(name, count, bytes));
    }

    /// <summary>A file for every day that <paramref name="table"/> has in its column <c>day</c>, listed as one.</summary>
    public async Task WriteDaysAsync(string title, string table, string columns, string order, Func<DateOnly, string> name, CancellationToken ct)
    {
        var days = await connection.QueryAsync($"SELECT DISTINCT day::VARCHAR FROM {table} ORDER BY 1", r => DateOnly.ParseExact(r.GetString(0), "yyyy-MM-dd", CultureInfo.InvariantCulture), ct);
        long rows = 0, bytes = 0;
        foreach (var day in days)
        {
            var one = await CopyAsync(name(day), $"SELECT {columns} FROM {table} WHERE day = DATE '{day:yyyy-MM-dd}' ORDER BY {order}", ct);
            (rows, bytes) = (rows + one.Rows, bytes + one.Bytes);
        }
        _files.Add(new($"{title} ({days.Count} files)", rows, bytes));
    }

    async Task<(long Rows, long Bytes)> CopyAsync(string name, string rows, CancellationToken ct)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var count = await connection.ExecuteAsync($"COPY ({rows}) TO {Sql.Literal(path)} (FORMAT csv, HEADER, DELIMITER ',', NULLSTR '')", ct);
        return (count, new FileInfo(path).Length);
    }
}
