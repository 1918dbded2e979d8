using System.Collections.Concurrent;
using System.Globalization;
using Cartage.Projects;

namespace Cartage.Runs;

/// <summary>How many tasks may use a connection at the same time: as many as its <c>pool</c> says, any number without it.</summary>
public sealed class Pools
{
    /// <summary>The setting of a connection.</summary>
    public const string Setting = "pool";

    readonly ConcurrentDictionary<(string Connection, int Size), SemaphoreSlim> _places = [];

    /// <summary>The size a connection's setting means, null without one or where it is no number from 1.</summary>
    public static int? SizeOf(ConnectionSpec? connection) =>
        connection?.Settings.GetValueOrDefault(Setting) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : null;

    /// <summary>Waits for a place; dispose it to let the next task in.</summary>
    public async ValueTask<IDisposable?> TakeAsync(ConnectionSpec? connection, CancellationToken ct)
    {
        if (SizeOf(connection) is not { } size)
            return null;
        var places = _places.GetOrAdd((connection!.Name, size), _ => new(size, size));
        await places.WaitAsync(ct);
        return new Place(places);
    }

    sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
