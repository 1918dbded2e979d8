using System.Data.Common;
using System.Text.RegularExpressions;
using Cartage.Host.Output;
using Cartage.Host.Serving;
using Cartage.Models;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host;

/// <summary>Rows as they are shown: names, values, and whether there were more.</summary>
public sealed record RowSet(IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows, bool More, TimeSpan Took);

/// <summary>One SELECT, read-only, with a limit of rows, bytes and time; columns with personal data are hidden from whom they are hidden from.</summary>
static partial class SqlConsole
{
    const long MostBytes = 8 << 20;
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static async Task<RowSet> RunAsync(Workspace workspace, string sql, int limit, Masking masking, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        stop.CancelAfter(Longest);
        var began = workspace.Clock.GetTimestamp();
        try
        {
            var text = sql.Trim().TrimEnd(';');
            await using (var door = await workspace.Warehouse.OpenDoorAsync(stop.Token))
                await ReadOnlySql.RequireAsync(door, text, stop.Token, masking.Hides);
            await using var connection = await workspace.Warehouse.OpenAsync(stop.Token);
            if (masking.Hides)
                text = await masking.RewriteAsync(workspace, connection, text, stop.Token);
            await NameWithoutSchemaAsync(connection, workspace, stop.Token);
            return (await ReadAsync(connection, text, limit, stop.Token)) with { Took = workspace.Clock.GetElapsedTime(began) };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new UsageException($"The query took longer than {Longest.TotalSeconds:0} seconds and was stopped.", "Ask for less, or use: cartage query");
        }
        catch (Exception e) when (e is DbException or NotOneSelectException || IsOfValue(e))
        {
            throw new UsageException($"The query failed: {Plain(e.Message.Split("\n\n")[0])}", "See the tables on the left, or: cartage ls tables");
        }
    }

    /// <summary>Whether it tells of a value that has no counterpart here.</summary>
    public static bool IsOfValue(Exception e) => e is OverflowException or InvalidCastException or NotSupportedException;

    /// <summary>What the database says, without its guess at a table that is only ours while a run works.</summary>
    public static string Plain(string message) => OwnTable().Replace(message, "");

    [GeneratedRegex(@"\s*Did you mean ""[^""]*__\w+""\?")]
    private static partial Regex OwnTable();

    /// <summary>Lets a table be named without its schema, models first, then feeds; and lets the connection change nothing from then on.</summary>
    public static async Task NameWithoutSchemaAsync(DbConnection connection, Workspace workspace, CancellationToken ct)
    {
        var path = await SchemasAsync(connection, workspace, ct);
        if (path.Count > 0)
            await connection.ExecuteAsync(workspace.Warehouse.Dialect.SearchPath([.. path.Select(workspace.Warehouse.Dialect.Quote)]), ct);
        if (workspace.Warehouse.Dialect.ReadOnly is { Length: > 0 } only)
            await connection.ExecuteAsync(only, ct);
    }

    /// <summary>The schemas that can be left out, in the order in which they are looked through.</summary>
    public static async Task<IReadOnlyList<string>> SchemasAsync(DbConnection connection, Workspace workspace, CancellationToken ct)
    {
        var pipelines = workspace.Project.Pipelines.Select(x => x.Name).ToList();
        var there = (await connection.QueryAsync("SELECT schema_name FROM information_schema.schemata", r => r.GetString(0), ct)).ToHashSet();
        return [.. pipelines.Select(Table.ModelSchema).Concat(pipelines.Select(Table.RawSchema)).Where(there.Contains)];
    }

    /// <summary>The first rows of a SELECT that is ours.</summary>
    public static Task<RowSet> SampleAsync(DbConnection connection, string sql, CancellationToken ct) => ReadAsync(connection, sql, int.MaxValue, ct);

    static async Task<RowSet> ReadAsync(DbConnection connection, string sql, int limit, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<Column> columns = [.. Enumerable.Range(0, reader.FieldCount).Select(i => new Column(reader.GetName(i), reader.GetDataTypeName(i)))];
        List<IReadOnlyList<object?>> rows = [];
        var (more, bytes) = (false, 0L);
        while (!more && await reader.ReadAsync(ct))
        {
            if (rows.Count == limit || bytes > MostBytes)
            {
                more = true;
                break;
            }
            var row = Cell.Row(reader);
            bytes += row.Sum(x => x is string text ? text.Length : 16L);
            rows.Add(row);
        }
        return new(columns, rows, more, default);
    }

    /// <summary>Rows as CSV that a spreadsheet takes for data: what would begin a formula gets an apostrophe before it.</summary>
    public static string Csv(RowSet set) =>
        string.Concat(new[] { Line(set.Columns.Select(x => (object?)x.Name)) }.Concat(set.Rows.Select(Line)));

    static string Line(IEnumerable<object?> row) => string.Join(',', row.Select(x => Quoted(Harmless(x, Cell.Exact(x))))) + "\r\n";

    // A negative number is a number, not a formula.
    static string Harmless(object? value, string text) => !Cell.IsNumber(value) && text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..] ? "'" + text : text;

    static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n\t") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
