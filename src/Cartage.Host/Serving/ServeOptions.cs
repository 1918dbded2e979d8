namespace Cartage.Host.Serving;

/// <summary>Where the server listens and for whom.</summary>
sealed record ServeOptions(Uri Url)
{
    /// <summary>Host names it answers to, besides the loopback ones and the URL's own.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>A PEM or PFX file, <c>proxy</c> where something in front does TLS, or <c>none</c> where plain text is meant.</summary>
    public string? Tls { get; init; }

    /// <summary>Whether figures can be read without a token.</summary>
    public bool OpenMetrics { get; init; }

    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLocal => Url.IsLoopback;

    /// <summary>Whether browsers speak TLS to it.</summary>
    public bool IsSecure => Url.Scheme == "https" || Tls == "proxy";

    /// <summary>Every name a request may come in under.</summary>
    public IReadOnlyList<string> AllowedHosts => [.. Hosts.Append("localhost").Append("127.0.0.1").Append("[::1]").Concat(Url.Host is "0.0.0.0" or "[::]" ? [] : [Url.Host]).Distinct()];

    /// <summary>Refuses what would be reachable by others without a password or a decision on TLS.</summary>
    public void Require(bool hasAdminPassword)
    {
        if (Url.Scheme is not ("http" or "https") || Url.PathAndQuery != "/")
            throw new UsageException($"--url {Url}: not an address to listen at.", "Write http://127.0.0.1:8080.");
        if (Url.Scheme == "https" && Tls is null or "proxy" or "none")
            throw new UsageException($"--url {Url}: a certificate is needed for https.", "Add --tls certificate.pem or --tls certificate.pfx.");
        if (IsLocal)
            return;
        if (!hasAdminPassword)
            throw new UsageException($"--url {Url}: others could reach it, and no admin has a password yet.", "Set one first: cartage user add NAME --role admin");
        if (Tls is null)
            throw new UsageException($"--url {Url}: others could reach it, so say how TLS is done.", "Add --tls certificate.pem with an https address, --tls proxy behind a proxy that does it, or --tls none if passwords may travel in plain text.");
    }
}
