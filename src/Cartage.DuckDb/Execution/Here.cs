namespace Cartage.DuckDb;

/// <summary>The engine's calls as tasks that are done when they are returned: like every embedded engine it works on its caller's thread, and handing each of many short calls to another would cost more than most of them take.</summary>
static class Here
{
    public static Task<T> Run<T>(Func<T> work, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return Task.FromCanceled<T>(ct);
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    public static Task Run(Action work, CancellationToken ct) =>
        Run(() =>
        {
            work();
            return true;
        }, ct);
}
