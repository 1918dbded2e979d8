using Cartage.Host.Serving;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cartage.Host.Access;

/// <summary>Marks an endpoint whose callers prove themselves by a key of their own, and so cannot be forged by another site.</summary>
sealed record ByKey;

/// <summary>What holds for every request, so that no endpoint can forget it.</summary>
static class Guards
{
    const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Headers that keep a page to itself.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app, ServeOptions options) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        headers.CacheControl = "no-store";
        if (options.IsSecure)
            headers.StrictTransportSecurity = "max-age=31536000";
        return next(context);
    });

    /// <summary>A request that changes something and does not prove itself by a token carries the form's token, or is refused.</summary>
    public static void UseForgeryGuard(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var method = context.Request.Method;
        var changes = !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);
        if (changes && !context.IsByToken() && context.GetEndpoint()?.Metadata.GetMetadata<ByKey>() is null && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            throw new UsageException("The form is out of date.", "Load the page again and repeat.");
        }
        await next(context);
    });
}
