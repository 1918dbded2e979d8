using System.Security.Claims;
using System.Text.Encodings.Web;
using Cartage.Host.Serving;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cartage.Host.Access;

/// <summary>Who a request comes from: a browser by its cookie, a program by its token; everything not marked otherwise needs the scope <c>read</c>.</summary>
static class Authentication
{
    const string Either = "either", Bearer = "bearer", ScopeClaim = "scope", StampClaim = "stamp";

    public static void AddAccess(this IServiceCollection services, Desk desk)
    {
        var options = desk.Options;
        var protection = services.AddDataProtection().SetApplicationName("cartage");
        if (desk.Workspace.Cluster is null)
            protection.PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(desk.Project.StateFolder, "keys")));
        else
            services.Configure<KeyManagementOptions>(x => x.XmlRepository = new SharedKeys(desk.Store, desk.Clock));
        services.AddAntiforgery(x =>
        {
            (x.FormFieldName, x.HeaderName) = ("_forgery", "X-Forgery");
            (x.Cookie.Name, x.Cookie.SecurePolicy, x.SuppressXFrameOptionsHeader) = (desk.Cookie("forgery"), Secure(options), true);
        });
        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, x => x.ForwardDefaultSelector = context => context.Request.Headers.Authorization.Count > 0 ? Bearer : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenHandler>(Bearer, null)
            .AddCookie(x =>
            {
                (x.Cookie.Name, x.Cookie.HttpOnly, x.Cookie.SameSite, x.Cookie.SecurePolicy) = (desk.Cookie("session"), true, SameSiteMode.Lax, Secure(options));
                (x.ExpireTimeSpan, x.SlidingExpiration, x.LoginPath) = (TimeSpan.FromDays(7), true, "/login");
                x.Events.OnValidatePrincipal = ValidateAsync;
                x.Events.OnRedirectToLogin = context => Refuse(context, StatusCodes.Status401Unauthorized);
                x.Events.OnRedirectToAccessDenied = context => Refuse(context, StatusCodes.Status403Forbidden);
            });
        var rules = services.AddAuthorizationBuilder();
        foreach (var scope in Scope.All)
            rules.AddPolicy(scope, x => x.RequireAuthenticatedUser().RequireClaim(ScopeClaim, scope));
        rules.SetFallbackPolicy(new AuthorizationPolicyBuilder(Either).RequireAuthenticatedUser().RequireClaim(ScopeClaim, Scope.Read).Build());
    }

    /// <summary>A user as a principal, with at most these scopes.</summary>
    public static ClaimsPrincipal Principal(User user, IReadOnlyList<string>? scopes = null, string scheme = CookieAuthenticationDefaults.AuthenticationScheme) =>
        new(new ClaimsIdentity(
            [new(ClaimTypes.Name, user.Name), new(StampClaim, user.Stamp), .. Scope.Of(user.Role).Where(x => scopes?.Contains(x) != false).Select(x => new Claim(ScopeClaim, x))], scheme));

    /// <summary>Whether the request's user may.</summary>
    public static bool May(this ClaimsPrincipal user, string scope) => user.HasClaim(ScopeClaim, scope);

    /// <summary>Whether the request proves itself by a token, and so cannot be forged by another site.</summary>
    public static bool IsByToken(this HttpContext context) => context.User.Identity is { IsAuthenticated: true, AuthenticationType: Bearer };

    static CookieSecurePolicy Secure(ServeOptions options) => options.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    // A user that is gone, or has another role or password since, is signed out; scopes are read anew.
    static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var accounts = context.HttpContext.RequestServices.GetRequiredService<Desk>().Accounts;
        var user = accounts.Find(context.Principal?.Identity?.Name ?? "");
        if (user is not null && context.Principal!.HasClaim(StampClaim, user.Stamp))
            return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    // A person is shown the way; a program is told.
    static Task Refuse(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var asksForPage = HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        if (asksForPage && status == StatusCodes.Status401Unauthorized)
            context.Response.Redirect(context.RedirectUri);
        else
            context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, Desk desk) : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var sent = Request.Headers.Authorization.ToString();
            var token = sent.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? desk.Accounts.Tokens.Find(sent[7..].Trim()) : null;
            return Task.FromResult(token is not null && desk.Accounts.Find(token.User) is { } user
                ? AuthenticateResult.Success(new(Principal(user, token.Scopes, Bearer), Bearer))
                : AuthenticateResult.Fail("The token is wrong, revoked or over."));
        }
    }
}
