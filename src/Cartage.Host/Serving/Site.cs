using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using Cartage.Host.Access;
using Cartage.Host.Api;
using Cartage.Host.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Cartage.Host.Serving;

/// <summary>The web server: pages, API, health and figures.</summary>
static class Site
{
    const long LargestBody = 1 << 20;

    /// <summary>Builds it; it listens once started.</summary>
    public static WebApplication Build(Desk desk)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "cartage", ContentRootPath = AppContext.BaseDirectory, WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot") });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(x => Listen(x, desk.Options));
        if (desk.Options.Url.Scheme == "https")
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        var services = builder.Services;
        services.AddSingleton(desk);
        services.AddRouting();
        services.AddHostFiltering(x => x.AllowedHosts = [.. desk.Options.AllowedHosts]);
        services.AddAccess(desk);
        services.ConfigureHttpJsonOptions(x =>
        {
            Output.DataJson.Set(x.SerializerOptions);
            (x.SerializerOptions.UnmappedMemberHandling, x.SerializerOptions.RespectRequiredConstructorParameters) = (JsonUnmappedMemberHandling.Disallow, true);
        });
        services.AddHttpContextAccessor();
        services.AddRazorComponents();
        var app = builder.Build();
        Use(app, desk);
        return app;
    }

    static void Use(WebApplication app, Desk desk)
    {
        if (desk.Options.Tls == "proxy")
            app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto });
        app.UseHostFiltering();
        app.UseSecurityHeaders(desk.Options);
        app.UseMiddleware<Failures>();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot")),
            OnPrepareResponse = x => x.Context.Response.Headers.CacheControl = x.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
        });
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseForgeryGuard();
        app.UseAntiforgery();
        app.Use(async (context, next) =>
        {
            await desk.Projects.RefreshAsync(context.RequestAborted);
            await next(context);
        });
        app.MapHealth();
        app.MapSignIn();
        app.MapActions();
        app.MapAccessActions();
        app.MapFiles();
        app.MapApi();
        app.MapRazorComponents<App>();
        app.MapFallback(() => Results.NotFound());
    }

    static void Listen(KestrelServerOptions kestrel, ServeOptions options)
    {
        (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, LargestBody);
        void Over(ListenOptions at)
        {
            if (options.Url.Scheme == "https")
                at.UseHttps(Certificate(options.Tls!));
        }
        if (options.Url.Host == "localhost")
            kestrel.ListenLocalhost(options.Url.Port, Over);
        else if (IPAddress.TryParse(options.Url.Host.Trim('[', ']'), out var address))
            kestrel.Listen(address, options.Url.Port, Over);
        else
            kestrel.ListenAnyIP(options.Url.Port, Over);
    }

    static X509Certificate2 Certificate(string file) =>
        !File.Exists(file) ? throw new UsageException($"--tls {file}: there is no such file.", "Name a PEM file with certificate and key, or a PFX without a password.")
        : Path.GetExtension(file).Equals(".pfx", StringComparison.OrdinalIgnoreCase) ? X509CertificateLoader.LoadPkcs12FromFile(file, null)
        : X509Certificate2.CreateFromPemFile(file);
}
