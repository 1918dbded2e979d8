using System.Text.Json;

namespace Cartage.Models;

/// <summary>A column that expressions can name, under the alias of what it came from; one that <c>USING</c> merged into another is only found by its alias.</summary>
sealed class ScopeColumn(string alias, string name, IReadOnlySet<(Leaf Leaf, string Column)> origins, bool merged = false)
{
    public string Alias => alias;

    public string Name => name;

    public bool Merged => merged;

    /// <summary>Columns of leaves that it equals in every row.</summary>
    public IReadOnlySet<(Leaf Leaf, string Column)> Origins { get; set; } = origins;
}

/// <summary>The columns of a FROM clause.</summary>
sealed class Scope
{
    readonly List<ScopeColumn> _columns;

    Scope(List<ScopeColumn> columns) => _columns = columns;

    public Scope(string alias, IEnumerable<OutputColumn> output) : this([.. output.Select(c => new ScopeColumn(alias, c.Name, c.Origins))]) { }

    /// <summary>The column an expression is, null where it is anything else or not clear.</summary>
    public ScopeColumn? Find(JsonElement expression)
    {
        if (!expression.TryGetProperty("column_names", out var names) || expression.GetProperty("class").GetString() != "COLUMN_REF")
            return null;
        var parts = names.EnumerateArray().Select(n => n.GetString()!).ToList();
        var found = parts switch
        {
            [var name] => _columns.FindAll(c => !c.Merged && Same(c.Name, name)),
            [var alias, var name] => _columns.FindAll(c => Same(c.Alias, alias) && Same(c.Name, name)),
            _ => [],
        };
        return found is [var one] ? one : null;
    }

    /// <summary>What a star stands for.</summary>
    public IEnumerable<ScopeColumn> Star(string alias) => _columns.Where(c => alias.Length > 0 ? Same(c.Alias, alias) : !c.Merged);

    /// <summary>From here on both are equal in every row. An expression takes no part: its type may be one in which more is equal than in that of the columns.</summary>
    public void Equate(JsonElement a, JsonElement b)
    {
        if (Find(a) is { Origins.Count: > 0 } x && Find(b) is { Origins.Count: > 0 } y)
            (x.Origins, y.Origins) = (x.Origins.Union(y.Origins).ToHashSet(), x.Origins.Union(y.Origins).ToHashSet());
    }

    /// <summary>Both sides side by side. Where the left one is kept, rows of the right without a match do nothing, so its columns are known through those of the left they equal and not by themselves.</summary>
    public Scope Join(Scope right, IEnumerable<(JsonElement A, JsonElement B)> equalities, IReadOnlyList<string> shared, bool keepsLeft)
    {
        var both = new Scope([.. _columns, .. right._columns.Select(c => new ScopeColumn(c.Alias, c.Name, c.Origins, c.Merged || shared.Any(s => Same(s, c.Name))))]);
        var pairs = equalities.Select(e => (both.Find(e.A), both.Find(e.B))).Concat(shared.Select(s => (_columns.Find(c => Same(c.Name, s)), both._columns.FindLast(c => c.Merged && Same(c.Name, s)))));
        foreach (var (a, b) in pairs.ToList())
            if (a is { Origins.Count: > 0 } && b is { Origins.Count: > 0 } && !(keepsLeft && _columns.Contains(a) == _columns.Contains(b)))
            {
                var origins = a.Origins.Union(b.Origins).ToHashSet();
                (a.Origins, b.Origins) = (origins, origins);
            }
        if (keepsLeft)
            foreach (var column in both._columns.Except(_columns))
                column.Origins = OutputColumn.Nothing;
        return both;
    }

    static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
