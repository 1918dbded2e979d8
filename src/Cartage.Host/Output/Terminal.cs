using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cartage.Host.Output;

/// <summary>Where a command prints: data on <paramref name="Out"/>, talk on <paramref name="Error"/>.</summary>
public sealed record Terminal(TextWriter Out, TextWriter Error)
{
    /// <summary>Whether a person sees the data.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person sees the talk, so that it may move.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colours may be used where a person looks.</summary>
    public bool Color { get; init; }

    /// <summary>Columns that fit on a line.</summary>
    public int Width { get; init; } = 120;

    /// <summary>Where a person answers; null where nobody is there to be asked.</summary>
    public TextReader? In { get; init; }

    /// <summary>The process's own streams.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "This is the one place that prints.")]
    public static Terminal OfProcess()
    {
        var (outIsTerminal, errorIsTerminal) = (!Console.IsOutputRedirected, !Console.IsErrorRedirected);
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "dumb" && !OperatingSystem.IsWindows();
        return new(Writer(Console.OpenStandardOutput(), outIsTerminal), Writer(Console.OpenStandardError(), isWatched: true))
        {
            OutIsTerminal = outIsTerminal,
            In = errorIsTerminal && !Console.IsInputRedirected ? Console.In : null,
            ErrorIsTerminal = errorIsTerminal && !dumb,
            Color = !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            Width = outIsTerminal || errorIsTerminal ? WindowWidth() : 120,
        };
    }

    // Data into a pipe is buffered (and flushed at the end); what a person watches, now or by way of a log, is not.
    static StreamWriter Writer(Stream stream, bool isWatched) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), isWatched ? 1024 : 65536) { AutoFlush = isWatched, NewLine = "\n" };

    [SuppressMessage("ApiDesign", "RS0030", Justification = "This is the one place that prints.")]
    static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? Math.Max(width, 40) : 120;
        }
        catch (IOException)
        {
            return 120;
        }
    }
}
