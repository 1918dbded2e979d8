using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Host.Api;

/// <summary>The ways in and out: a password, a one-time link, the door.</summary>
static class SignIn
{
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPost("/login", LoginAsync).AllowAnonymous();
        app.MapGet("/enter", EnterAsync).AllowAnonymous();
        app.MapPost("/logout", (Delegate)LogoutAsync).AllowAnonymous();
    }

    static async Task<IResult> LoginAsync(HttpContext context, Desk desk, IDataProtectionProvider protection, [FromForm] string? name, [FromForm] string? password, [FromForm] string? returnUrl)
    {
        var (typed, secret) = (name?.Trim() ?? "", password ?? "");
        var devices = protection.CreateProtector("known browser");
        if (desk.Gate.Refuses(typed, Device(context, desk, devices, typed)) is { } wait)
        {
            context.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds)}";
            return Back(returnUrl, "wait", StatusCodes.Status429TooManyRequests, context);
        }
        if (secret.Length > 256 || !desk.Accounts.Verify(typed, secret))
        {
            await desk.Accounts.Audit.WriteAsync(desk.Accounts.Find(typed)?.Name ?? "unknown", "login refused", "wrong name or password", From(context), context.RequestAborted);
            return Back(returnUrl, "wrong", StatusCodes.Status401Unauthorized, context);
        }
        desk.Gate.Forget(typed);
        context.Response.Cookies.Append(desk.Cookie("known"), devices.Protect(typed), new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = desk.Options.IsSecure, MaxAge = TimeSpan.FromDays(180), IsEssential = true });
        return await LetInAsync(context, desk, desk.Accounts.Find(typed)!, "login", Local(returnUrl));
    }

    static async Task<IResult> EnterAsync(HttpContext context, Desk desk, string? code)
    {
        if (await desk.Links.UseAsync(code ?? "", context.RequestAborted) is { } name && desk.Accounts.Find(name) is { } user)
            return await LetInAsync(context, desk, user, "login by link", "/");
        return Results.LocalRedirect(Links.With("/login", ("why", "link")));
    }

    static async Task<IResult> LogoutAsync(HttpContext context)
    {
        await context.SignOutAsync();
        return Results.LocalRedirect("/login");
    }

    static async Task<IResult> LetInAsync(HttpContext context, Desk desk, User user, string how, string to)
    {
        await desk.Accounts.Audit.WriteAsync(user.Name, how, "", From(context), context.RequestAborted);
        await context.SignInAsync(Authentication.Principal(user));
        return Results.LocalRedirect(to);
    }

    // A person is shown the form again; a program sees the status.
    static IResult Back(string? returnUrl, string why, int status, HttpContext context) =>
        context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) ? Results.LocalRedirect(Links.With("/login", ("why", why), ("ReturnUrl", Local(returnUrl)))) : Results.StatusCode(status);

    // Only to a page of this server: one slash at the beginning, and no second of either kind.
    public static string Local(string? url) => url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";

    static string? Device(HttpContext context, Desk desk, IDataProtector devices, string name)
    {
        if (context.Request.Cookies[desk.Cookie("known")] is not { } cookie)
            return null;
        try
        {
            return devices.Unprotect(cookie) == name ? cookie : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    public static string From(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
