using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Cartage.Runs;

/// <summary>Whoever wants to hear of runs as they go; who is slow loses the oldest.</summary>
sealed class Followers
{
    const int Kept = 1000;

    readonly List<Channel<RunEvent>> _channels = [];

    public void Tell(RunEvent e)
    {
        lock (_channels)
            foreach (var channel in _channels)
                channel.Writer.TryWrite(e);
    }

    public async IAsyncEnumerable<RunEvent> FollowAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateBounded<RunEvent>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_channels)
            _channels.Add(channel);
        try
        {
            while (true)
            {
                while (channel.Reader.TryRead(out var e)) // what was told before the token was cancelled is heard
                    yield return e;
                await channel.Reader.WaitToReadAsync(ct);
            }
        }
        finally
        {
            lock (_channels)
                _channels.Remove(channel);
        }
    }
}
