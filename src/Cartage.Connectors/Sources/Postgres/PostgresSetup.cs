using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.Ingest;
using Cartage.Warehouses;
using Npgsql;

namespace Cartage.Connectors.Sources.Postgres;

/// <summary>Runs a script that prepares a database, in one transaction: its files first, as temporary tables of text, then its SQL.</summary>
sealed partial class PostgresSetup(PostgresSourceOptions options, string root)
{
    static readonly Dialect Sql = Dialect.DuckDb; // PostgreSQL quotes as DuckDB does

    public async Task RunAsync(SetupScript script, CancellationToken ct)
    {
        var address = PostgresAddress.Read(options);
        address.ApplicationName = $"cartage setup {script.Pipeline}";
        address.Pooling = false;
        try
        {
            await using var connection = new NpgsqlConnection(address.ConnectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'", ct);
            foreach (var (table, path) in script.Files)
                await LoadAsync(connection, script, table, Path.GetFullPath(path, root), ct);
            await connection.ExecuteAsync(script.Sql, ct);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e) when (e.Position > 0)
        {
            var line = script.Line + script.Sql[..Place(script.Sql, e)].Count(c => c == '\n');
            throw new PipelineException(string.Create(CultureInfo.InvariantCulture, $"{script.File}:{line}: {e.MessageText}"), hint: e.Hint ?? "Correct the script; nothing of it was kept.", inner: e);
        }
        catch (Exception e) when (PostgresSourceErrors.IsOfServer(e))
        {
            throw PostgresSourceErrors.Explain(options, address, e);
        }
    }

    // The driver sends one statement after the other, and the position is one in its statement: no earlier in the script, and where the word is that the message names.
    static int Place(string sql, PostgresException e)
    {
        var least = Math.Min(sql.Length, e.Position - 1);
        return Named().Match(e.MessageText) is { Success: true } named && sql.IndexOf(named.Groups["word"].Value, least, StringComparison.OrdinalIgnoreCase) is >= 0 and var at ? at : least;
    }

    [GeneratedRegex("\"(?<word>[^\"]+)\"|^column (?<word>[^\\s\"]+)")]
    private static partial Regex Named();

    static async Task LoadAsync(NpgsqlConnection connection, SetupScript script, string table, string path, CancellationToken ct)
    {
        if (!File.Exists(path))
            throw new PipelineException($"{script.File}:1: there is no file {path}", hint: "Make one with 'cartage gen bike-store', or name another folder with --var data=FOLDER.");
        string header;
        using (var text = new StreamReader(path))
            header = await text.ReadLineAsync(ct) ?? "";
        var columns = header.Split(',').Select(c => $"{Sql.Quote(c.Trim().Trim('"'))} text");
        await connection.ExecuteAsync($"CREATE TEMP TABLE {Sql.Quote(table)} ({string.Join(", ", columns)}) ON COMMIT DROP", ct);
        await using var file = File.OpenRead(path);
        await using var writer = (StreamWriter)await connection.BeginTextImportAsync($"COPY pg_temp.{Sql.Quote(table)} FROM STDIN (FORMAT csv, HEADER)", ct);
        await file.CopyToAsync(writer.BaseStream, ct);
    }
}
