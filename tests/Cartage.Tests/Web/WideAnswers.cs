using System.Collections;
using Cartage.Host;
using Cartage.Host.Web.Parts;
using Cartage.Warehouses;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cartage.Tests.Web;

public sealed class WideAnswers
{
    [Fact]
    public async Task Are_drawn_with_a_few_looks_at_each_value_however_many_there_are()
    {
        const int Columns = 60, Rows = 1000;
        var looks = 0;
        RowSet answer = new(
            [.. Enumerable.Range(0, Columns).Select(i => new Column($"c{i}", "INTEGER"))],
            [.. Enumerable.Range(0, Rows).Select(r => new Watched([.. Enumerable.Range(0, Columns).Select(i => i == 0 ? "x" : (object)(r + i))], () => looks++))],
            More: false, TimeSpan.Zero);
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);

        var page = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<RowsView>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["Rows"] = answer }))).ToHtmlString());

        Assert.Contains("<td class=\" cell\">x</td><td class=\"text-end num cell\">1000</td>", page, StringComparison.Ordinal);
        Assert.EndsWith("<td class=\"text-end num cell\">1058</td></tr></tbody></table></div>", page, StringComparison.Ordinal);
        Assert.InRange(looks, Columns * Rows, 5 * Columns * Rows);
    }

    /// <summary>A row that tells of every look at one of its values.</summary>
    sealed class Watched(object?[] values, Action look) : IReadOnlyList<object?>
    {
        public int Count => values.Length;

        public object? this[int index]
        {
            get
            {
                look();
                return values[index];
            }
        }

        public IEnumerator<object?> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
