using System.Text.Json;
using Cartage.Storage;

namespace Cartage.Ingest;

/// <summary>The rows of another feed's answers as they lie in the raw zone, for requests that are made for each of them.</summary>
public sealed class LandedRows(IObjectStore raw, IReadOnlyList<Manifest> pages)
{
    /// <summary>These columns as text, every combination once, in the order of the pages whose name begins with <paramref name="prefix"/>; rows that lack one are left out.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> ReadAsync(string prefix, IReadOnlyList<string> columns, CancellationToken ct)
    {
        HashSet<string> seen = [];
        List<IReadOnlyList<string>> found = [];
        foreach (var page in pages.Where(p => p.RowsAt is not null && p.RemovedAt is null && p.Rows > 0 && p.Source.StartsWith(prefix, StringComparison.Ordinal)).GroupBy(p => p.Source).Select(g => g.MaxBy(p => p.Version)!))
        {
            using var copy = await raw.FetchAsync(page.Object, ct);
            using var body = PageBody.Read(await File.ReadAllBytesAsync(copy.Path, ct), [page.RowsAt!]);
            foreach (var row in body.Rows)
            {
                var values = columns.Select(c => Value(page, row, c)).OfType<string>().Where(v => v.Length > 0).ToList();
                if (values.Count == columns.Count && seen.Add(string.Join('\u001f', values)))
                    found.Add(values);
            }
        }
        return found;
    }

    static string? Value(Manifest page, JsonElement row, string column) =>
        page.Constants?.GetValueOrDefault(column) ?? (row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column, out var value) ? PageBody.TextOf(value) : null);
}
