namespace Cartage;

/// <summary>A named place where a test can end the process as <c>kill -9</c> would: the name in <c>CARTAGE_FAILPOINT</c>, or <c>name#n</c> for the n-th time it is reached.</summary>
public static class Failpoint
{
    static readonly string? Wanted = Environment.GetEnvironmentVariable("CARTAGE_FAILPOINT");
    static int _reached;

    /// <summary>Ends the process here, without unwinding, when the environment asks for it.</summary>
    public static void Reach(string name)
    {
        if (Wanted is null || !Wanted.StartsWith(name, StringComparison.Ordinal))
            return;
        var parts = Wanted.Split('#');
        if (parts[0] == name && Interlocked.Increment(ref _reached) == (parts.Length > 1 ? int.Parse(parts[1]) : 1))
            System.Diagnostics.Process.GetCurrentProcess().Kill();
    }
}
