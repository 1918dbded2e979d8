using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Cartage.Host.Gen.Sellers;

/// <summary>How the stand-in behaves: the share of answers that go wrong, the key it wants in <c>x-rapidapi-key</c>, how many requests a second it takes, and what it answers with.</summary>
sealed record SellerApiOptions(Func<string, IReadOnlyDictionary<string, string>, byte[]?> Answer)
{
    /// <summary>0 to serve on any free port.</summary>
    public int Port { get; init; }

    public string? Key { get; init; }

    /// <summary>Between 0 and 1; which answers these are follows from the seed.</summary>
    public double Faults { get; init; }

    public long Seed { get; init; } = 42;

    /// <summary>How long a slow answer takes.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What a refusal says in Retry-After, in whole seconds.</summary>
    public int RetryAfter { get; init; } = 1;

    /// <summary>Requests beyond this many in one second are refused.</summary>
    public int? Limit { get; init; }

    /// <summary>Hears of every request.</summary>
    public Action<AskedOnce> Heard { get; init; } = _ => { };
}

/// <summary>One request and what became of it; <paramref name="Fault"/> names what was made to go wrong.</summary>
sealed record AskedOnce(DateTimeOffset At, string PathAndQuery, int Status, string? Fault);

/// <summary>A stand-in for a marketplace's API on 127.0.0.1.</summary>
sealed class SellerApi : IAsyncDisposable
{
    readonly SellerApiOptions _options;
    readonly TimeProvider _clock;
    readonly HttpListener _listener;
    readonly CancellationTokenSource _end = new();
    readonly ConcurrentDictionary<string, int> _asked = new();
    readonly ConcurrentQueue<DateTimeOffset> _recent = new();
    readonly Task _serving;

    SellerApi(SellerApiOptions options, TimeProvider clock, HttpListener listener)
    {
        (_options, _clock, _listener) = (options, clock, listener);
        Url = listener.Prefixes.First();
        _serving = ServeAsync();
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public string Url { get; }

    /// <summary>Listens; a <see cref="PipelineException"/> where the port is taken.</summary>
    public static SellerApi Start(SellerApiOptions options, TimeProvider clock)
    {
        for (var attempt = 0; ; attempt++)
        {
            var port = options.Port > 0 ? options.Port : FreePort();
            HttpListener listener = new();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return new(options, clock, listener);
            }
            catch (HttpListenerException e) when (options.Port > 0 || attempt > 20)
            {
                throw new PipelineException($"127.0.0.1:{port}: cannot listen there: {e.Message}", hint: "Name another port with --port.", inner: e);
            }
            catch (HttpListenerException)
            {
                // another process took the port that was free
            }
        }
    }

    /// <summary>Serves until the token is cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => _serving.WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Close();
        await _serving;
        _end.Dispose();
    }

    async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
            try
            {
                var context = await _listener.GetContextAsync();
                _ = AnswerAsync(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        var asked = context.Request.RawUrl ?? "/";
        var (status, body, fault) = Decide(context.Request, asked);
        _options.Heard(new(_clock.GetUtcNow(), asked, fault == "cut" ? 0 : status, fault));
        try
        {
            if (fault == "slow")
                await Task.Delay(_options.Slow, _clock, _end.Token);
            var response = context.Response;
            response.StatusCode = status;
            response.ContentType = fault == "page" ? "text/html" : "application/json";
            if (status is 429 or 503)
                response.Headers["Retry-After"] = status == 429 ? _options.RetryAfter.ToString(CultureInfo.InvariantCulture) : _clock.GetUtcNow().AddSeconds(_options.RetryAfter).ToString("R", CultureInfo.InvariantCulture);
            response.ContentLength64 = body.Length;
            await response.OutputStream.WriteAsync(fault == "cut" ? body.AsMemory(0, body.Length / 2) : body, _end.Token);
            if (fault == "cut")
                response.Abort();
            else
                response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            context.Response.Abort(); // the other side went away, or this one ends
        }
    }

    (int Status, byte[] Body, string? Fault) Decide(HttpListenerRequest request, string asked)
    {
        if (_options.Key is { } key && request.Headers["x-rapidapi-key"] != key)
            return (401, Error(401, "You are not subscribed to this API."), null);
        if (TooMany())
            return (429, Error(429, "Too many requests"), null);
        var times = _asked.AddOrUpdate(asked, 1, (_, n) => n + 1);
        var query = request.QueryString.AllKeys.OfType<string>().ToDictionary(k => k, k => request.QueryString[k] ?? "");
        if (_options.Answer(request.Url!.AbsolutePath, query) is not { } body)
            return (404, Error(404, $"Endpoint '{request.Url.AbsolutePath}' does not exist"), null);
        return FaultOf(asked, times) switch
        {
            "429" => (429, Error(429, "Too many requests"), "429"),
            "503" => (503, Error(503, "Service unavailable"), "503"),
            "500" => (500, Error(500, "Internal error"), "500"),
            "truncated" => (200, body[..(body.Length * 3 / 5)], "truncated"),
            "page" => (200, "<html><body>Checking your browser</body></html>"u8.ToArray(), "page"),
            var other => (200, body, other),
        };
    }

    string? FaultOf(string asked, int times)
    {
        var chance = new Chance(_options.Seed);
        return chance.Share(asked, times) < _options.Faults ? chance.Pick(["429", "503", "500", "truncated", "page", "cut", "slow"], asked, times, 1) : null;
    }

    bool TooMany()
    {
        if (_options.Limit is not { } limit)
            return false;
        var now = _clock.GetUtcNow();
        while (_recent.TryPeek(out var oldest) && now - oldest > TimeSpan.FromSeconds(1))
            _recent.TryDequeue(out _);
        _recent.Enqueue(now);
        return _recent.Count > limit;
    }

    static byte[] Error(int code, string message) => Encoding.UTF8.GetBytes($$$"""{"status":"ERROR","error":{"message":"{{{JsonEncodedText.Encode(message)}}}","code":{{{code}}}}}""");

    static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
