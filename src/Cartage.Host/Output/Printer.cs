using Spectre.Console;

namespace Cartage.Host.Output;

/// <summary>Lays data out for whoever reads it.</summary>
static class Printer
{
    /// <summary>A grid as JSON when asked for, as a table for a person, as aligned lines for a program.</summary>
    public static void Print(this Terminal terminal, Grid grid, Format format)
    {
        if (format == Format.Json)
            terminal.Out.Write(grid.Json());
        else if (terminal.OutIsTerminal)
            terminal.Console(terminal.Out).Write(TableOf(grid, terminal.Width));
        else
            terminal.Out.Write(grid.Lines());
    }

    /// <summary>Spectre's renderer on one of the terminal's streams.</summary>
    public static IAnsiConsole Console(this Terminal terminal, TextWriter writer)
    {
        var isTerminal = ReferenceEquals(writer, terminal.Out) ? terminal.OutIsTerminal : terminal.ErrorIsTerminal;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal && terminal.Color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = isTerminal ? terminal.Width : 10_000; // a line in a file or a pipe stays a line
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    /// <summary>A table for a terminal of some columns; the names that rows begin with stay in one piece, so that they can be read and copied.</summary>
    public static Table TableOf(Grid grid, int width)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        for (var i = 0; i < grid.Columns.Count; i++)
        {
            var column = new TableColumn(new Markup($"[bold]{Markup.Escape(grid.Columns[i])}[/]"));
            table.AddColumn(grid.IsNumeric(i) ? column.RightAligned().NoWrap() : i == 0 && grid.Rows.All(x => Grid.Flat(x[0]).Length <= width / 3) ? column.NoWrap() : column);
        }
        foreach (var row in grid.Rows)
            table.AddRow(row.Select(x => new Text(Grid.Flat(x), x is null or DBNull ? new Style(Color.Grey) : Style.Plain)));
        return table;
    }
}
