using System.Net;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Web;

/// <summary>What to tell a person whose request did not work.</summary>
sealed record Problem(string Message, string? Hint)
{
    /// <summary>Writes a small page of its own, for when the page asked for cannot be made.</summary>
    public Task ShowAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"""
            <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Cartage</title>
            <link rel="icon" href="/app/icon.svg" type="image/svg+xml"><script src="/app/theme.js"></script><link rel="stylesheet" href="/lib/tabler.min.css"><link rel="stylesheet" href="/app/app.css"></head>
            <body><main class="page page-center"><div class="container container-tight py-4"><div class="card card-md"><div class="card-body">
            <h1 class="h2">That did not work</h1><p>{WebUtility.HtmlEncode(Message)}</p><p class="text-secondary">{WebUtility.HtmlEncode(Hint)}</p>
            <a class="btn" href="{WebUtility.HtmlEncode(Back(context))}">Back</a></div></div></div></main></body></html>
            """);
    }

    // Only to a page of this server.
    static string Back(HttpContext context) =>
        Uri.TryCreate(context.Request.Headers.Referer.ToString(), UriKind.Absolute, out var from) && from.Authority == context.Request.Host.Value ? from.PathAndQuery : "/";
}
