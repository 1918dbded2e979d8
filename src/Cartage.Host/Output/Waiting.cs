using Spectre.Console;

namespace Cartage.Host.Output;

/// <summary>Shows that something goes on, once it has taken half a second.</summary>
static class Waiting
{
    public static TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(500);

    public static async Task<T> WhileAsync<T>(this Commands.Invocation on, string what, Func<Task<T>> work)
    {
        if (!on.CanDraw)
            return await work();
        var working = Task.Run(work);
        if (await Task.WhenAny(working, Task.Delay(Patience, on.Shell.Clock)) != working)
            await on.Terminal.Console(on.Terminal.Error).Status().StartAsync(Markup.Escape(what), _ => working);
        return await working;
    }
}
