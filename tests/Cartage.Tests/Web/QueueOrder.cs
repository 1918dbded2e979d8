using Cartage.Runs;

namespace Cartage.Tests.Web;

public sealed class QueueOrder
{
    [Fact]
    public async Task Fresh_runs_go_before_back_fills_and_otherwise_who_came_first()
    {
        var turns = new Turns();
        List<string> order = [];
        var open = new TaskCompletionSource();
        var first = turns.TakeAsync("first", behind: false, async _ => { await open.Task; return Note("first"); }, CancellationToken.None);
        List<Task> all = [first];
        foreach (var (name, behind) in new[] { ("day 1", true), ("a", false), ("day 2", true), ("b", false), ("gone", false) })
            all.Add(turns.TakeAsync(name, behind, _ => Task.FromResult(Note(name)), CancellationToken.None));

        Assert.True(turns.Cancel("gone"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all[^1]);
        open.SetResult();
        await Task.WhenAll(all.SkipLast(1));

        Assert.Equal(["first", "a", "b", "day 1", "day 2"], order);
        Assert.False(turns.Cancel("first"));

        int Note(string name)
        {
            lock (order)
                order.Add(name);
            return 0;
        }
    }

    [Fact]
    public async Task Work_that_fails_lets_the_next_one_go()
    {
        var turns = new Turns();

        await Assert.ThrowsAsync<InvalidOperationException>(() => turns.TakeAsync<int>("one", behind: false, _ => throw new InvalidOperationException(), CancellationToken.None));

        Assert.Equal(2, await turns.TakeAsync("two", behind: false, _ => Task.FromResult(2), CancellationToken.None));
    }
}
