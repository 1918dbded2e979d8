using System.Text;

namespace Cartage.Host.Socket;

/// <summary>Where the holder listens: <c>.cartage/cartage.sock</c>, or, where that path is too long for a socket, a link of that name to a private folder.</summary>
static class SocketPath
{
    // sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero among them.
    const int Longest = 103;

    public static string In(string stateFolder) => Path.Combine(stateFolder, "cartage.sock");

    /// <summary>A path to listen at, free and short enough.</summary>
    public static string Claim(string stateFolder)
    {
        var path = In(stateFolder);
        Release(stateFolder);
        if (Encoding.UTF8.GetByteCount(path) <= Longest)
            return path;
        var target = Path.Combine(Directory.CreateTempSubdirectory("cartage-").FullName, "s");
        File.CreateSymbolicLink(path, target);
        return target;
    }

    /// <summary>The path to connect to.</summary>
    public static string Resolve(string stateFolder) => new FileInfo(In(stateFolder)).LinkTarget ?? In(stateFolder);

    /// <summary>Removes the socket, and the folder a link points to.</summary>
    public static void Release(string stateFolder)
    {
        if (new FileInfo(In(stateFolder)).LinkTarget is { } target && Path.GetDirectoryName(target) is { } folder && Path.GetFileName(folder).StartsWith("cartage-", StringComparison.Ordinal))
        {
            File.Delete(target);
            if (Directory.Exists(folder))
                Directory.Delete(folder);
        }
        File.Delete(In(stateFolder));
    }
}
