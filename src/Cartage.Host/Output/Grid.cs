using System.Globalization;
using System.Text;

namespace Cartage.Host.Output;

/// <summary>Rows under named columns, printed as a table, aligned lines or JSON.</summary>
sealed class Grid(params IReadOnlyList<string> columns)
{
    readonly List<IReadOnlyList<object?>> _rows = [];
    bool[]? _right;

    public IReadOnlyList<string> Columns => columns;

    public IReadOnlyList<IReadOnlyList<object?>> Rows => _rows;

    public void Add(params IReadOnlyList<object?> row) => _rows.Add(row);

    /// <summary>The same without the columns after the second that hold only zeros or nothing.</summary>
    public Grid WithoutEmpty()
    {
        var kept = Enumerable.Range(0, columns.Count).Where(i => i < 2 || _rows.Exists(x => x[i] is not (null or 0L))).ToList();
        Grid grid = new([.. kept.Select(i => columns[i])]);
        foreach (var row in _rows)
            grid.Add([.. kept.Select(i => row[i])]);
        return grid;
    }

    /// <summary>The same with whole numbers as people read them: <c>1,234,567</c>; for counts, not for ids.</summary>
    public Grid Grouped()
    {
        Grid grid = new(columns) { _right = [.. columns.Select((_, i) => IsNumeric(i))] };
        foreach (var row in _rows)
            grid.Add([.. row.Select(x => x is long or int ? string.Create(CultureInfo.InvariantCulture, $"{x:N0}") : x)]);
        return grid;
    }

    /// <summary>Its rows as one JSON array, a row a line.</summary>
    public string Json()
    {
        if (_rows.Count == 0)
            return "[]\n";
        return $"[\n  {string.Join(",\n  ", _rows.Select(JsonOf))}\n]\n";
    }

    public string JsonOf(IReadOnlyList<object?> row) => Cell.Json(columns.Zip(row).DistinctBy(x => x.First).ToDictionary(x => x.First, x => x.Second));

    /// <summary>Its rows in columns two spaces apart, numbers to the right; line breaks in values are shown as spaces.</summary>
    public string Lines()
    {
        var text = _rows.ConvertAll(row => row.Select(Flat).ToArray());
        var widths = columns.Select((name, i) => text.Select(x => x[i].Length).Append(name.Length).Max()).ToArray();
        var right = columns.Select((_, i) => IsNumeric(i)).ToArray();
        StringBuilder lines = new();
        Line(columns);
        foreach (var row in text)
            Line(row);
        return lines.ToString();

        void Line(IReadOnlyList<string> cells) =>
            lines.AppendLine(string.Join("  ", cells.Select((x, i) => right[i] ? x.PadLeft(widths[i]) : x.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>Whether every value of a column is a number.</summary>
    public bool IsNumeric(int column) => _right?[column] ?? _rows.Exists(x => Cell.IsNumber(x[column])) && _rows.TrueForAll(x => x[column] is null or DBNull || Cell.IsNumber(x[column]));

    /// <summary>A value on one line; control characters are made visible, so that data cannot steer the terminal.</summary>
    public static string Flat(object? value)
    {
        var text = Cell.Text(value).ReplaceLineEndings(" ");
        return text.Any(char.IsControl) ? string.Concat(text.Select(Visible)) : text;
    }

    static char Visible(char c) => c < ' ' ? (char)('\u2400' + c) : char.IsControl(c) ? '\ufffd' : c;
}
