namespace Cartage.Models;

/// <summary>The order models are built in.</summary>
public static class ModelGraph
{
    /// <summary>Names so that each comes after what it reads; the cycle, first name repeated at its end, where there is one.</summary>
    public static (IReadOnlyList<string> Order, IReadOnlyList<string>? Cycle) Sort(IReadOnlyDictionary<string, IReadOnlyList<string>> reads)
    {
        List<string> order = [];
        Dictionary<string, bool> done = [];
        List<string> path = [];
        return (order, reads.Keys.Order(StringComparer.Ordinal).Select(Visit).FirstOrDefault(c => c is not null));

        IReadOnlyList<string>? Visit(string name)
        {
            if (!reads.TryGetValue(name, out var parents) || (done.TryGetValue(name, out var ended) && ended))
                return null;
            if (done.ContainsKey(name))
                return [.. path.SkipWhile(n => n != name), name];
            done[name] = false;
            path.Add(name);
            foreach (var parent in parents)
                if (Visit(parent) is { } cycle)
                    return cycle;
            path.RemoveAt(path.Count - 1);
            done[name] = true;
            order.Add(name);
            return null;
        }
    }
}
