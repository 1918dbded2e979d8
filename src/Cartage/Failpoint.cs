namespace Cartage;

/// <summary>A named place where a test can end the process as <c>kill -9</c> would: the name in <c>CARTAGE_FAILPOINT</c>, or <c>name#n</c> for the n-th time it is reached; with <c>!stop</c> after it, where it is stopped until it is told to go on.</summary>
public static class Failpoint
{
    static readonly string? Wanted = Environment.GetEnvironmentVariable("CARTAGE_FAILPOINT");
    const string Stop = "!stop";
    static int _reached;

    /// <summary>Ends the process here, without unwinding, when the environment asks for it.</summary>
    public static void Reach(string name)
    {
        if (Wanted is null || !Wanted.StartsWith(name, StringComparison.Ordinal))
            return;
        var parts = Wanted.Replace(Stop, "", StringComparison.Ordinal).Split('#');
        if (parts[0] != name || Interlocked.Increment(ref _reached) != (parts.Length > 1 ? int.Parse(parts[1]) : 1))
            return;
        if (Wanted.EndsWith(Stop, StringComparison.Ordinal))
            System.Diagnostics.Process.Start("kill", ["-STOP", $"{Environment.ProcessId}"]).WaitForExit();
        else
            System.Diagnostics.Process.GetCurrentProcess().Kill();
    }
}
