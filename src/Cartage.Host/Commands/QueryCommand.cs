using System.CommandLine;
using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Host.Output;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Commands;

static class QueryCommand
{
    const int TerminalLimit = 1000;

    public static Verb Create(Shell shell)
    {
        Argument<string> sql = new("sql") { Description = "One SELECT; it cannot change anything" };
        var limit = Common.Limit($"(default: {TerminalLimit} as a table, all otherwise)");
        return new Verb("query", "Ask the tables, read-only; --format table, json, jsonl or csv",
            ["cartage query \"select count(*) from bike_store.fact_sales\"", "cartage query \"from bike_store.dim_products\" --format csv > products.csv", "cartage query \"select * from bike_store.fact_sales\" --format jsonl --limit 10"],
            sql, limit)
            .Looks(shell, (on, workspace, ct) => RunAsync(on, workspace, on.Value(sql)!, on.Value(limit), ct));
    }

    static async Task<int> RunAsync(Invocation on, Workspace workspace, string sql, int? limit, CancellationToken ct)
    {
        await using (var door = await workspace.Warehouse.OpenDoorAsync(ct))
            await ReadOnlySql.RequireAsync(door, sql, ct);
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        await SqlConsole.NameWithoutSchemaAsync(connection, workspace, ct);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            var most = limit ?? (on.Format == Format.Table ? TerminalLimit : int.MaxValue);
            if (await RowPrinter.PrintAsync(on, reader, most, ct))
                on.Say($"Only the first {Opened.Count(most, "row")}; --limit sets how many.");
            return ExitCode.Succeeded;
        }
        catch (Exception e) when (SqlConsole.IsOfValue(e))
        {
            throw new UsageException($"A value cannot be shown: {e.Message}", "Have the query cast it to text.");
        }
        catch (DbException e) when (e is not DuckDbException { IsOfFile: true })
        {
            throw new UsageException($"The query failed: {SqlConsole.Plain(e.Message)}", "See what there is: cartage ls tables");
        }
    }
}
