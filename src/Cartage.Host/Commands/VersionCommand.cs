using System.Reflection;
using System.Runtime.InteropServices;
using Cartage.Host.Output;

namespace Cartage.Host.Commands;

static class VersionCommand
{
    public static string Version { get; } = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static Verb Create(Shell shell) => new Verb("version", "Show the version", ["cartage version", "cartage version --format json"]).Does(shell, (on, _) =>
    {
        if (on.Format == Format.Json)
            on.Terminal.Out.WriteLine(Cell.Json(new Dictionary<string, object?> { ["version"] = Version, ["runtime"] = Environment.Version.ToString(), ["platform"] = RuntimeInformation.RuntimeIdentifier }));
        else
            on.Terminal.Out.WriteLine($"cartage {Version}");
        return Task.FromResult(ExitCode.Succeeded);
    });
}
