using System.ComponentModel;
using System.Diagnostics;

namespace Cartage.Host.Commands;

static class UpCommand
{
    public static Verb Create(Shell shell)
    {
        ServeArguments arguments = new();
        return new Verb("up", "Start everything and open the browser on it", ["cartage up", "cartage up --project shop", "cartage up --url http://127.0.0.1:9000"], arguments.Symbols)
            .Does(shell, (on, ct) => ServeCommand.RunAsync(on, arguments, entry => OpenAsync(on, entry), ct));
    }

    /// <summary>Opens a person's browser, or says the address where there is none.</summary>
    public static async Task OpenAsync(Invocation on, string address)
    {
        if (!on.Terminal.ErrorIsTerminal || !TryOpen(address))
            await on.Terminal.Out.WriteLineAsync(address);
        await on.Terminal.Out.FlushAsync();
    }

    static bool TryOpen(string address)
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("DISPLAY") is null && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null)
            return false;
        try
        {
            using var browser = Process.Start(OperatingSystem.IsMacOS() ? new("open", address) : OperatingSystem.IsLinux() ? new("xdg-open", address) : new ProcessStartInfo(address) { UseShellExecute = true });
            return browser is not null;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
