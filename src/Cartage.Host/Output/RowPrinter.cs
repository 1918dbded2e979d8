using System.Data.Common;
using Cartage.Host.Commands;

namespace Cartage.Host.Output;

/// <summary>Prints rows as they come; only a table has to hold them.</summary>
static class RowPrinter
{
    /// <summary>Prints up to <paramref name="most"/> rows and says whether there were more.</summary>
    public static async Task<bool> PrintAsync(Invocation on, DbDataReader reader, int most, CancellationToken ct)
    {
        Grid grid = new([.. Unique(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName))]);
        var output = on.Terminal.Out;
        if (on.Format == Format.Csv)
            await output.WriteLineAsync(Csv(grid.Columns));
        else if (on.Format == Format.Json)
            await output.WriteAsync("[");
        var count = 0;
        var more = false;
        while (await reader.ReadAsync(ct) && !(more = count == most))
        {
            var row = Cell.Row(reader);
            switch (on.Format)
            {
                case Format.Json: await output.WriteAsync($"{(count == 0 ? "\n" : ",\n")}  {grid.JsonOf(row)}"); break;
                case Format.Jsonl: await output.WriteLineAsync(grid.JsonOf(row)); break;
                case Format.Csv: await output.WriteLineAsync(Csv(row)); break;
                default: grid.Add([.. row.Select(x => x is DateTimeOffset ? Cell.Exact(x) : x)]); break;
            }
            count++;
        }
        if (on.Format == Format.Json)
            await output.WriteLineAsync(count == 0 ? "]" : "\n]");
        else if (on.Format == Format.Table)
            on.Print(grid);
        return more;
    }

    // JSON needs a name for each of two columns called alike.
    static IEnumerable<string> Unique(IEnumerable<string> names)
    {
        HashSet<string> taken = [];
        foreach (var name in names)
        {
            var free = name;
            for (var i = 2; !taken.Add(free); i++)
                free = $"{name}_{i}";
            yield return free;
        }
    }

    // As PostgreSQL's COPY has it: nothing is NULL, and two quotes are an empty text.
    static string Csv(IEnumerable<object?> row) => string.Join(',', row.Select(x => x is null or DBNull ? "" : Quoted(Cell.Exact(x))));

    static string Quoted(string text) => text.Length > 0 && text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
