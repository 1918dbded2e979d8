using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Cartage.Models;

/// <summary>The names a model depends on: what its SELECT reads and the dimensions it looks up.</summary>
public static class ModelReads
{
    static readonly ConditionalWeakTable<Model, IReadOnlyList<string>> Known = []; // a project's models are asked about again and again

    /// <summary>The names, once each; templates in the SQL do not matter.</summary>
    public static async Task<IReadOnlyList<string>> ForAsync(DbConnection connection, Model model, CancellationToken ct)
    {
        if (Known.TryGetValue(model, out var known))
            return known;
        var tables = await ModelReader.ReadTablesAsync(connection, Template.Neutral(model.Sql), ct);
        IReadOnlyList<string> reads = [.. tables.Select(t => t.Schema is null ? t.Name : $"{t.Schema}.{t.Name}").Concat(model.Dimensions.Select(d => d.Dimension)).Distinct()];
        Known.AddOrUpdate(model, reads);
        return reads;
    }
}
