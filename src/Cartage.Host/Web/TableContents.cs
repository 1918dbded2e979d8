using Cartage.Host.Serving;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Web;

/// <summary>What is in a table, as its reader may see it.</summary>
static class TableContents
{
    /// <summary>The columns that are the user's, not ours.</summary>
    public static async Task<IReadOnlyList<Column>> ColumnsAsync(Workspace workspace, TableInfo table, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        return [.. (await Catalog.ColumnsAsync(connection, workspace.Warehouse.Dialect, table.Table, ct)).Where(x => !x.Name.StartsWith('_'))];
    }

    /// <summary>Some rows of it.</summary>
    public static async Task<RowSet> SampleAsync(Workspace workspace, TableInfo table, int limit, Masking masking, CancellationToken ct)
    {
        var (dialect, columns) = (workspace.Warehouse.Dialect, await ColumnsAsync(workspace, table, ct));
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        return await SqlConsole.SampleAsync(connection, $"SELECT {masking.Select(dialect, table.Table, columns)} FROM {dialect.Quote(table.Table)} LIMIT {limit}", ct);
    }

    /// <summary>Its profile, as the newest run that took one has it, and which run that was; or as it is now. Views have none.</summary>
    public static async Task<(TableProfile? Profile, string? Run)> ProfileAsync(Workspace workspace, TableInfo table, bool now, Masking masking, CancellationToken ct)
    {
        var (profile, run) = now && !table.IsView ? (await ReadAsync(workspace, table, ct), null) : table.Model is null ? (null, null) : await Reported.ProfileAsync(workspace, table, ct);
        return (profile is null ? null : profile with { Columns = [.. profile.Columns.Select(c => masking.HidesColumn(table.Table, c.Name) ? c with { Min = "***", Max = "***", Mean = null } : c)] }, run);
    }

    static async Task<TableProfile> ReadAsync(Workspace workspace, TableInfo table, CancellationToken ct)
    {
        await using var connection = await workspace.Warehouse.OpenAsync(ct);
        return await TableProfile.ReadAsync(connection, workspace.Warehouse.Dialect, table.Table.Name, table.Table, new HashSet<string>(), ct);
    }
}
