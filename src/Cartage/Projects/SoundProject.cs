using System.Security.Cryptography;
using System.Text;

namespace Cartage.Projects;

/// <summary>Remembers by their content that a project's files were found without a mistake, so that a run of the same files need not bind them again.</summary>
public static class SoundProject
{
    const string Name = "sound";

    /// <summary>Whether these very files, with these variables, were found sound by this build of the program.</summary>
    public static bool IsKnown(Project project) => File.Exists(PathOf(project)) && File.ReadAllText(PathOf(project)) == Digest(project);

    /// <summary>Writes down that they are; where that is not permitted they are bound again next time.</summary>
    public static void Remember(Project project)
    {
        try
        {
            Directory.CreateDirectory(project.StateFolder);
            File.WriteAllText(PathOf(project), Digest(project));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    static string PathOf(Project project) => Path.Combine(project.StateFolder, Name);

    static string Digest(Project project)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(typeof(SoundProject).Module.ModuleVersionId.ToByteArray());
        foreach (var name in project.Variables.Keys.Order(StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{project.Variables[name]}\0"));
        foreach (var path in Directory.EnumerateFiles(Path.Combine(project.Root, "pipelines"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var content = File.ReadAllBytes(path);
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{content.Length}\0"));
            hash.AppendData(content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
