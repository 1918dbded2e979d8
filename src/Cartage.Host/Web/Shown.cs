using Cartage.Projects;

namespace Cartage.Host.Web;

/// <summary>Settings as they may be looked at.</summary>
static class Shown
{
    /// <summary>Where a connection leads, as it is written and unresolved; a password written into it all the same is not shown.</summary>
    public static string? Place(ConnectionSpec connection) =>
        (connection.Settings.GetValueOrDefault("path") ?? connection.Settings.GetValueOrDefault("url")) is not { } place ? null
        : Uri.TryCreate(place, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0 ? place.Replace(uri.UserInfo, "***", StringComparison.Ordinal)
        : place;
}
