using System.CommandLine;
using Cartage.Host.Serving;

namespace Cartage.Host.Commands;

/// <summary>Where a server listens and for whom, as it is typed.</summary>
sealed class ServeArguments
{
    readonly Option<string> _url = new("--url") { Description = "Where to listen", HelpName = "address", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    readonly Option<string?> _tls = new("--tls") { Description = "How TLS is done: a PEM or PFX file, 'proxy', or 'none'", HelpName = "file|proxy|none" };
    readonly Option<string[]> _hosts = new("--host") { Description = "A host name it answers to, besides the address's own; can be repeated", HelpName = "name", DefaultValueFactory = _ => [] };
    readonly Option<bool> _metrics = new("--open-metrics") { Description = "Let /metrics be read without a token" };

    public Option<string?> Env { get; } = Common.Env();

    public Option<string[]> Variables { get; } = Common.Var();

    public IReadOnlyList<Symbol> Symbols => [_url, _tls, _hosts, _metrics, Env, Variables];

    /// <summary>What was typed, as far as it makes sense by itself.</summary>
    public ServeOptions Options(Invocation on)
    {
        var typed = on.Value(_url)!;
        if (!Uri.TryCreate(typed, UriKind.Absolute, out var url))
            throw new UsageException($"--url {typed}: not an address to listen at.", "Write http://127.0.0.1:8080.");
        var tls = on.Value(_tls);
        return new(url) { Tls = tls is null or "proxy" or "none" ? tls : on.PathOf(tls), Hosts = on.Value(_hosts)!, OpenMetrics = on.Value(_metrics) };
    }
}
