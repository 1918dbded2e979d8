using System.Globalization;
using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Host.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cartage.Host.Api;

/// <summary>What the forms of Settings send.</summary>
static class AccessActions
{
    public static void MapAccessActions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/do/password", PasswordAsync).RequireAuthorization(Scope.Read);
        app.MapPost("/do/token", TokenAsync).RequireAuthorization(Scope.Read);
        app.MapPost("/do/token-revoke", RevokeAsync).RequireAuthorization(Scope.Read);
        app.MapPost("/do/user", UserAsync).RequireAuthorization(Scope.Admin);
        app.MapPost("/do/user-link", LinkAsync).RequireAuthorization(Scope.Admin);
        app.MapPost("/do/user-remove", RemoveAsync).RequireAuthorization(Scope.Admin);
    }

    static async Task<IResult> PasswordAsync(HttpContext context, Desk desk, [FromForm] string? old, [FromForm(Name = "new")] string? wanted, CancellationToken ct)
    {
        await ChangePasswordAsync(context, desk, old, wanted ?? "", ct);
        await context.SignInAsync(Authentication.Principal(desk.Accounts.Find(context.User.Identity!.Name!)!));
        return Results.LocalRedirect(Links.With("/settings", ("tab", "me")));
    }

    static async Task<IResult> TokenAsync(HttpContext context, Desk desk, CancellationToken ct)
    {
        var form = await context.Request.ReadFormAsync(ct);
        var days = int.TryParse(form["days"], CultureInfo.InvariantCulture, out var n) ? n : 90;
        var (token, secret) = await desk.DeedsOf(context).CreateTokenAsync(form["name"].ToString().Trim(), Allowed(context, [.. form["scope"].OfType<string>()]), days == 0 ? null : TimeSpan.FromDays(Math.Clamp(days, 1, 3650)), ct);
        return Once.Show(context, desk, new(token.User, $"Token {token.Name}", "Keep it now: it is shown this once. Programs send it as 'Authorization: Bearer …'.", secret));
    }

    static async Task<IResult> RevokeAsync(HttpContext context, Desk desk, [FromForm] string? id, CancellationToken ct)
    {
        await desk.DeedsOf(context).RevokeTokenAsync(id ?? "", context.User.May(Scope.Admin), ct);
        return Results.LocalRedirect(Links.With("/settings", ("tab", "tokens")));
    }

    static async Task<IResult> UserAsync(HttpContext context, Desk desk, [FromForm] string? name, [FromForm] string? role, [FromForm] string? password, CancellationToken ct)
    {
        await desk.DeedsOf(context).SetUserAsync(name?.Trim() ?? "", RoleOf(role), string.IsNullOrEmpty(password) ? null : password, ct);
        return Results.LocalRedirect(Links.With("/settings", ("tab", "users")));
    }

    static async Task<IResult> LinkAsync(HttpContext context, Desk desk, [FromForm] string? name, CancellationToken ct)
    {
        var link = await desk.DeedsOf(context).LinkAsync(name ?? "", ct);
        return Once.Show(context, desk, new(context.User.Identity!.Name!, $"A link for {name}", "It lets them in once, within the hour.", link));
    }

    static async Task<IResult> RemoveAsync(HttpContext context, Desk desk, [FromForm] string? name, CancellationToken ct)
    {
        await desk.DeedsOf(context).RemoveUserAsync(name ?? "", ct);
        return Results.LocalRedirect(Links.With("/settings", ("tab", "users")));
    }

    /// <summary>Gives the request's user another password, who proves to have the one there is; the first is set only by who may all that the user may.</summary>
    public static async Task ChangePasswordAsync(HttpContext context, Desk desk, string? old, string wanted, CancellationToken ct)
    {
        var user = desk.Accounts.Find(context.User.Identity?.Name ?? "") ?? throw new UsageException("There is no such user.");
        var isRight = user.PasswordHash is null ? Scope.Of(user.Role).All(context.User.May)
            : desk.Gate.Refuses(user.Name, $"session {user.Name}") is null && old is { Length: <= 256 } && desk.Accounts.Verify(user.Name, old);
        if (!isRight)
            throw new UsageException("That is not the password you have.", "Wait ten seconds, then try again.");
        await desk.DeedsOf(context).SetUserAsync(user.Name, user.Role, wanted, ct);
    }

    /// <summary>The scopes of a new token: never more than the one who makes it comes with.</summary>
    public static IReadOnlyList<string> Allowed(HttpContext context, IReadOnlyList<string> scopes) =>
        scopes.Count == 0 ? throw new UsageException("A token must be allowed something.", $"There are: {string.Join(", ", Scope.All)}.")
        : scopes.FirstOrDefault(x => !context.User.May(x)) is { } beyond ? throw new UsageException($"You may not give the scope '{beyond}'.")
        : scopes;

    /// <summary>A role as it is written.</summary>
    public static Role RoleOf(string? text) => Enum.GetNames<Role>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<Role>(text!, ignoreCase: true) : throw new UsageException($"There is no role '{text}'.", "There are: viewer, operator, editor, admin.");
}
