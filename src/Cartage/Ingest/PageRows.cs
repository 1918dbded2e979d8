using Cartage.Warehouses;

namespace Cartage.Ingest;

/// <summary>The rows of an API's answers as a query: one row for each, every column as text, with the columns that hold for the whole answer.</summary>
static class PageRows
{
    /// <summary>What the header of such an object has for its kind.</summary>
    public const string Kind = "pages";

    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>The query over local copies of objects whose rows are at one place.</summary>
    public static string Query(IReadOnlyList<(Manifest Object, string Path)> objects, IReadOnlyList<Column> columns, IReadOnlyList<string> nulls)
    {
        var page = objects[0].Object;
        List<string> held = [.. objects.SelectMany(o => o.Object.Constants!.Keys).Distinct()];
        var values = objects.Select(o => $"({string.Join(", ", held.Select(c => o.Object.Constants!.TryGetValue(c, out var v) ? Sql.Literal(v) : "NULL").Prepend(Sql.Literal(o.Object.Object)).Prepend(Sql.Literal(o.Path)))})");
        var names = string.Concat(held.Select((_, i) => $", _c{i}"));
        var rows = $"json_extract(t.content, {Sql.Literal(At(page.RowsAt!.Split('.', StringSplitOptions.RemoveEmptyEntries)))})";
        return $"""
            SELECT {string.Concat(columns.Select(c => $"{Value(c.Name, held, nulls)} AS {Sql.Quote(c.Name)}, "))}_object, _record, CAST(_row AS VARCHAR) AS _raw
            FROM (SELECT _object{names}, unnest(_rows) AS _row, generate_subscripts(_rows, 1) AS _record
              FROM (SELECT p._object{names}, CASE json_type({rows}) WHEN 'ARRAY' THEN CAST({rows} AS JSON[]) WHEN 'NULL' THEN CAST([] AS JSON[]) ELSE [{rows}] END AS _rows
                FROM read_text([{string.Join(", ", objects.Select(o => Sql.Literal(o.Path)))}]) t JOIN (VALUES {string.Join(", ", values)}) p(_path, _object{names}) ON p._path = t.filename))
            """;
    }

    static string Value(string column, List<string> held, IReadOnlyList<string> nulls)
    {
        if (held.FindIndex(h => h.Equals(column, StringComparison.OrdinalIgnoreCase)) is >= 0 and var i)
            return $"_c{i}";
        var value = $"json_extract_string(_row, {Sql.Literal(At([column]))})";
        if (column == PageBody.Bare)
            value = $"CASE WHEN json_type(_row) IN ('OBJECT', 'ARRAY') THEN {value} ELSE json_extract_string(_row, '$') END";
        return nulls.Count == 0 ? value : $"CASE WHEN {value} NOT IN ({string.Join(", ", nulls.Select(Sql.Literal))}) THEN {value} END";
    }

    static string At(IEnumerable<string> names) => "$" + string.Concat(names.Select(n => $".\"{n.Replace("\"", "\\\"")}\""));
}
