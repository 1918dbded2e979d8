using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cartage.Host.Serving;

/// <summary>Something that is shown one time, to the one it is for; no part has a line break.</summary>
sealed record Secret(string For, string Title, string Text, string Value);

/// <summary>Secrets on their way to the page that shows them: sealed in a cookie, so that whichever server is asked for the page can show it, and no server keeps it.</summary>
static class Once
{
    const string Page = "/settings/once";
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Sends the browser to the page with the secret.</summary>
    public static IResult Show(HttpContext context, Desk desk, Secret secret)
    {
        var cookie = Protector(context).Protect(string.Join('\n', secret.For, secret.Title, secret.Text, secret.Value), Lifetime);
        context.Response.Cookies.Append(desk.Cookie("once"), cookie, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = desk.Options.IsSecure, Path = Page, MaxAge = Lifetime, IsEssential = true });
        return Results.LocalRedirect(Page);
    }

    /// <summary>Takes the secret from the browser; null where there is none, or none for its user.</summary>
    public static Secret? Take(HttpContext context, Desk desk)
    {
        if (context.Request.Cookies[desk.Cookie("once")] is not { } cookie)
            return null;
        context.Response.Cookies.Delete(desk.Cookie("once"), new() { Path = Page });
        try
        {
            return Protector(context).Unprotect(cookie).Split('\n') is [var user, var title, var text, var value] && user == context.User.Identity?.Name ? new(user, title, text, value) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    static ITimeLimitedDataProtector Protector(HttpContext context) => context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector("shown once").ToTimeLimitedDataProtector();
}
