using Cartage.Host.Access;
using Cartage.Host.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Cartage.Host.Api;

/// <summary>Users, tokens and the audit log.</summary>
static class AccessApi
{
    const int MostEntries = 1000;

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/users", Scope.Admin, "Users and their roles.", ListUsers),
        new("PUT", "/api/users/{user}", Scope.Admin, "Add a user or change one.", SetUser),
        new("DELETE", "/api/users/{user}", Scope.Admin, "Remove a user with sessions and tokens.", RemoveUser),
        new("POST", "/api/users/{user}/link", Scope.Admin, "Make a link that lets a user in once, within the hour.", MakeLink) { Status = StatusCodes.Status201Created },
        new("PUT", "/api/password", Scope.Read, "Change one's own password.", ChangePassword),
        new("GET", "/api/tokens", Scope.Read, "One's own tokens; with the scope 'admin', all.", ListTokens),
        new("POST", "/api/tokens", Scope.Read, "Make a token with at most the scopes one has; it is shown this once.", MakeToken) { Status = StatusCodes.Status201Created },
        new("DELETE", "/api/tokens/{token}", Scope.Read, "Revoke a token.", RevokeToken),
        new("GET", "/api/audit", Scope.Admin, "Who did what, newest first.", ListAudit),
    ];

    static IEnumerable<UserAnswer> ListUsers(Desk desk) => desk.Accounts.Users.Select(x => new UserAnswer(x.Name, x.Role.ToString().ToLowerInvariant(), x.PasswordHash is not null, x.ChangedAt));

    static async Task<NamedUser> SetUser(HttpContext context, Desk desk, string user, [FromBody] UserBody body, CancellationToken ct)
    {
        await desk.DeedsOf(context).SetUserAsync(user, AccessActions.RoleOf(body.Role), body.Password, ct);
        return new(user);
    }

    static async Task<NamedUser> RemoveUser(HttpContext context, Desk desk, string user, CancellationToken ct)
    {
        await desk.DeedsOf(context).RemoveUserAsync(user, ct);
        return new(user);
    }

    static async Task<LinkAnswer> MakeLink(HttpContext context, Desk desk, string user, CancellationToken ct) => new(await desk.DeedsOf(context).LinkAsync(user, ct));

    static async Task<NamedUser> ChangePassword(HttpContext context, Desk desk, [FromBody] PasswordBody body, CancellationToken ct)
    {
        await AccessActions.ChangePasswordAsync(context, desk, body.Old, body.New, ct);
        return new(context.User.Identity?.Name);
    }

    static IEnumerable<TokenAnswer> ListTokens(HttpContext context, Desk desk) => desk.Accounts.Tokens.All
        .Where(x => context.User.May(Scope.Admin) || x.User == context.User.Identity?.Name)
        .Select(x => new TokenAnswer(x.Id, x.User, x.Name, x.Scopes, x.CreatedAt, x.ExpiresAt, x.Revoked));

    static async Task<NewToken> MakeToken(HttpContext context, Desk desk, [FromBody] TokenBody body, CancellationToken ct)
    {
        var (token, secret) = await desk.DeedsOf(context).CreateTokenAsync(body.Name, AccessActions.Allowed(context, body.Scopes), body.Days is { } days ? TimeSpan.FromDays(Math.Clamp(days, 1, 3650)) : null, ct);
        return new(token.Id, secret, token.ExpiresAt);
    }

    static async Task<NamedToken> RevokeToken(HttpContext context, Desk desk, string token, CancellationToken ct)
    {
        await desk.DeedsOf(context).RevokeTokenAsync(token, context.User.May(Scope.Admin), ct);
        return new(token);
    }

    static async Task<IReadOnlyList<AuditEntry>> ListAudit(Desk desk, long? before, int? limit, CancellationToken ct) =>
        await desk.Accounts.Audit.ListAsync(Math.Clamp(limit ?? 100, 1, MostEntries), before ?? long.MaxValue, ct);
}
