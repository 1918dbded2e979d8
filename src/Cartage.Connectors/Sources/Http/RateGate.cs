namespace Cartage.Connectors.Sources.Http;

/// <summary>Lets requests through one after the other, no faster than a rate, and none while the other side asked to wait.</summary>
sealed class RateGate(double? perSecond, TimeProvider clock)
{
    readonly Lock _gate = new();
    readonly TimeSpan _between = perSecond is { } rate ? TimeSpan.FromSeconds(1 / rate) : TimeSpan.Zero;
    DateTimeOffset _next = DateTimeOffset.MinValue;

    public async Task WaitAsync(CancellationToken ct)
    {
        DateTimeOffset turn;
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            turn = _next > now ? _next : now;
            _next = turn + _between;
        }
        if (turn > now)
            await Task.Delay(turn - now, clock, ct);
    }

    public void PauseFor(TimeSpan wait)
    {
        var until = clock.GetUtcNow() + wait;
        lock (_gate)
            _next = until > _next ? until : _next;
    }
}
