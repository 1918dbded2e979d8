using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cartage.Host.Output;

/// <summary>Headline figures side by side, the number large in meaning and the label small.</summary>
static class Figures
{
    public static IRenderable Row(params IEnumerable<(string Label, string Value)> figures) => new Columns(figures.Select(Box)) { Expand = false };

    static Panel Box((string Label, string Value) figure) =>
        new(new Rows(new Markup($"[bold green]{Markup.Escape(figure.Value)}[/]"), new Markup($"[grey]{Markup.Escape(figure.Label)}[/]"))) { Border = BoxBorder.Rounded, Padding = new(2, 0) };
}
