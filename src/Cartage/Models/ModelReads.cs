using System.Data.Common;

namespace Cartage.Models;

/// <summary>The names a model depends on: what its SELECT reads and the dimensions it looks up.</summary>
public static class ModelReads
{
    /// <summary>The names, once each; templates in the SQL do not matter.</summary>
    public static async Task<IReadOnlyList<string>> ForAsync(DbConnection connection, Model model, CancellationToken ct)
    {
        var tables = await ModelReader.ReadTablesAsync(connection, Template.Neutral(model.Sql), ct);
        return [.. tables.Select(t => t.Schema is null ? t.Name : $"{t.Schema}.{t.Name}").Concat(model.Dimensions.Select(d => d.Dimension)).Distinct()];
    }
}
