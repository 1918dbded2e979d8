using Cartage.Projects;

namespace Cartage.Host.Commands;

/// <summary>Durations as people type them: <c>5m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
static class Spans
{
    public static TimeSpan Parse(string option, string text) =>
        !Durations.TryParse(text, out var span) ? throw new UsageException($"{option} {text}: not a duration.", "Write 5m, 1h30m or 2d.")
        : span > TimeSpan.Zero ? span
        : throw new UsageException($"{option} {text}: it must be more than nothing.");
}
