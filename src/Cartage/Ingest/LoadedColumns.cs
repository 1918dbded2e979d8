using Cartage.DuckDb;
using Cartage.Storage;
using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>The columns a feed is loaded with: those of its contract, then those of the base table, then those that objects bring and nobody declared.</summary>
static class LoadedColumns
{
    const int Looked = 20_480; // as many rows as DuckDB looks at for a type

    public static async Task<IReadOnlyList<Column>> OfAsync(DuckDbConnection door, IObjectStore raw, Feed feed, IReadOnlyList<(Manifest Object, Header Header)> objects, IReadOnlyList<Column> stored, CancellationToken ct)
    {
        var own = Contract.Own.Select(c => c.Name).ToHashSet();
        List<Column> columns = [.. feed.Columns.Select(c => new Column(c.Name, Contract.SqlType(c.Type) ?? "VARCHAR"))];
        void Add(Column column)
        {
            if (!own.Contains(column.Name) && !columns.Exists(c => c.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)))
                columns.Add(column);
        }
        foreach (var column in stored)
            Add(column);
        foreach (var group in objects.GroupBy(o => o.Header.Group))
        {
            var (item, header) = group.First();
            var strange = header.Columns.Where(c => !columns.Exists(d => d.Name.Equals(c, StringComparison.OrdinalIgnoreCase))).ToList();
            if (header.Kind == PageRows.Kind)
                strange.ForEach(c => Add(new(c, "VARCHAR")));
            if (strange.Count == 0 || header.Kind == PageRows.Kind)
                continue;
            if (item.Columns is { } given)
            {
                foreach (var column in given)
                    Add(column);
                continue;
            }
            using var copy = await raw.FetchAsync(item.Object, ct);
            var path = Dialect.DuckDb.Literal(copy.Path);
            string Csv(string more) => $"read_csv({path}, header = true, delim = {Dialect.DuckDb.Literal(header.Delimiter.ToString())}, nullstr = [{header.NullList}], ignore_errors = true{header.Compression}{more})";
            var from = header.Kind switch
            {
                "parquet" => $"read_parquet({path})",
                "json" => $"read_json({path}{header.Compression})",
                "ndjson" => $"read_json({path}, format = 'newline_delimited', ignore_errors = true{header.Compression})",
                _ => Csv(""),
            };
            Dictionary<string, string> types = [];
            try
            {
                types = (await door.QueryAsync($"DESCRIBE SELECT * FROM {from}", r => (r.GetString(0), r.GetString(1)), ct)).ToDictionary(x => x.Item1, x => x.Item2, StringComparer.OrdinalIgnoreCase);
                // DuckDB takes dates of any notation for dates; the door reads them as SQL does.
                foreach (var name in strange.Where(n => header.Kind is "csv" or "tsv" && types.GetValueOrDefault(n) is "DATE" or "TIMESTAMP"))
                    if (!await door.ScalarAsync<bool>($"SELECT bool_and(v IS NULL OR TRY_CAST(v AS {types[name]}) IS NOT NULL) FROM (SELECT {Dialect.DuckDb.Quote(name)} AS v FROM {Csv(", all_varchar = true")} LIMIT {Looked})", ct))
                        types.Remove(name);
            }
            catch (DuckDbException)
            {
                // what cannot be sniffed is kept as text
            }
            foreach (var name in strange)
                Add(new(name, types.GetValueOrDefault(name) is { } type && (type.StartsWith("DECIMAL", StringComparison.Ordinal) || type is "BIGINT" or "DOUBLE" or "BOOLEAN" or "DATE" or "TIMESTAMP" or "INTEGER") ? type : "VARCHAR"));
        }
        return columns;
    }
}
