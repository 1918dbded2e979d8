using System.Net;
using Cartage.Ingest;

namespace Cartage.Connectors.Sources.Http;

/// <summary>An answer that came whole: its bytes, what they say, and the address of the next page where a header names it.</summary>
sealed record Answer(byte[] Bytes, PageBody Body, string? Next);

/// <summary>Asks an API, patiently: what fails for a passing reason is asked again, later each time, and never at another place than the connection names.</summary>
sealed class HttpCalls : IDisposable
{
    const int MaxMiB = 256;
    const int MaxRedirects = 5;
    const string Later = "Run again later: what has landed is not asked for again.";

    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500), LongestWait = TimeSpan.FromSeconds(30);

    readonly HttpSettings _settings;
    readonly TimeProvider _clock;
    readonly Random _chance;
    readonly HttpClient _client;
    readonly RateGate _gate;
    readonly Authorization _authorization;

    public HttpCalls(HttpSettings settings, HttpMessageHandler handler, TimeProvider clock, Random chance)
    {
        (_settings, _clock, _chance) = (settings, clock, chance);
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _gate = new(settings.Rate, clock);
        _authorization = new(settings, _client, clock);
    }

    /// <summary>The answer to a question, once it has rows at one of the places; a <see cref="PipelineException"/> where there is none to be had.</summary>
    public async Task<Answer> GetAsync(Question question, string? cursor, IProgress<string>? notes, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await _gate.WaitAsync(ct);
            var (answer, failure) = await TryAsync(question, cursor, ct);
            if (answer is not null)
                return answer;
            var wait = Wait(failure!, attempt);
            var isTooLong = failure!.After is not null && wait > _settings.MaxWait;
            if (!failure.IsTransient || attempt >= _settings.Attempts || isTooLong)
                throw new PipelineException(
                    _settings.Secrets.Mask($"{_settings.Name}: GET {question.Shown(cursor)}: {failure.Why}{(attempt > 1 ? $" (asked {attempt} times)" : "")}"),
                    failure.IsTransient,
                    failure.IsTransient && isTooLong ? $"It asks to wait {wait.TotalSeconds:0} s, longer than 'max_wait' of the connection. {Later}" : failure.Hint ?? Later
                );
            if (failure.After is not null)
                _gate.PauseFor(wait);
            notes?.Report(_settings.Secrets.Mask($"{question.Shown(cursor)}: {failure.Why}; asked again in {wait.TotalSeconds:0.0} s"));
            await Task.Delay(wait, _clock, ct);
        }
    }

    public void Dispose()
    {
        _authorization.Dispose();
        _client.Dispose();
    }

    // Twice as long each time, and by chance between half and one and a half of it, so that many who were refused together do not come back together.
    TimeSpan Wait(Failure failure, int attempt) =>
        (failure.After ?? TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(attempt - 1, 10)))) is var wait && failure.After is null
            ? wait * (0.5 + _chance.NextDouble())
            : wait + TimeSpan.FromMilliseconds(100 * _chance.NextDouble());

    async Task<(Answer? Answer, Failure? Failure)> TryAsync(Question question, string? cursor, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var timer = new CancellationTokenSource(_settings.Timeout, _clock);
        await using var _ = timer.Token.Register(limit.Cancel);
        try
        {
            return await AskAsync(question, question.Address(cursor), limit.Token);
        }
        catch (PipelineException e) when (e.IsTransient)
        {
            return (null, new(e.Message, IsTransient: true, Hint: e.Hint)); // of the token
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, new($"no answer within {_settings.Timeout.TotalSeconds:0.#} s", IsTransient: true));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError)
        {
            return (null, new($"{_settings.Url.Host} cannot be reached: {e.Message}", IsTransient: true, Hint: $"Check 'url' of the connection '{_settings.Name}' and the network."));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError)
        {
            return (null, new($"no secure connection: {e.InnerException?.Message ?? e.Message}", IsTransient: false, Hint: $"Check the certificate of {_settings.Url.Host}."));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            return (null, new($"the answer is too large: {e.Message}", IsTransient: false, Hint: $"At most {MaxMiB} MiB are taken at once: ask for less by 'pages' or 'params' of the feed."));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, new($"the answer was cut off: {e.Message}", IsTransient: true));
        }
    }

    async Task<(Answer?, Failure?)> AskAsync(Question question, Uri address, CancellationToken ct)
    {
        for (var hops = 0; ; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            foreach (var (name, value) in _settings.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            request.Headers.Authorization ??= await _authorization.HeaderAsync(ct);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                var target = new Uri(address, location);
                if (!question.MayFollow(target))
                    return (null, new(
                        $"it redirects to {target.GetLeftPart(UriPartial.Authority)}, another origin than {_settings.Url.GetLeftPart(UriPartial.Authority)}: refused, so that no key goes there",
                        IsTransient: false,
                        Hint: "If that is where the API is now, put its address into 'url'."
                    ));
                if (hops == MaxRedirects)
                    return (null, new($"it redirects more than {MaxRedirects} times", IsTransient: false));
                address = question.WithKeys(target);
                continue;
            }
            await response.Content.LoadIntoBufferAsync(MaxMiB << 20, ct);
            var bytes = await response.Content.ReadAsByteArrayAsync(ct);
            return Judge(question, request, response, bytes);
        }
    }

    (Answer?, Failure?) Judge(Question question, HttpRequestMessage request, HttpResponseMessage response, byte[] bytes)
    {
        if (response.StatusCode == HttpStatusCode.NotFound && question.MayBeMissing)
            return (new("[]"u8.ToArray(), PageBody.Read("[]"u8.ToArray(), []), null), null);
        if (!response.IsSuccessStatusCode)
            return (null, new($"{(int)response.StatusCode} {response.ReasonPhrase}{Excerpt(bytes)}", IsPassing(request, response), After(response), Hint(response)));
        try
        {
            var link = response.Headers.TryGetValues("Link", out var links) ? Links.Next(links) : null;
            return (new(bytes, PageBody.Read(bytes, question.Rows), link), null);
        }
        catch (InvalidDataException e)
        {
            return (null, new($"{e.Message}{Excerpt(bytes)}", IsTransient: true, Hint: "If the answer is whole, correct 'rows' of the feed: it says where the rows are."));
        }
    }

    // A token that was refused may have ended early: it is fetched anew.
    bool IsPassing(HttpRequestMessage request, HttpResponseMessage response) =>
        (int)response.StatusCode is 408 or 425 or 429 or 500 or 502 or 503 or 504
        || (response.StatusCode == HttpStatusCode.Unauthorized && _settings.Auth is HttpAuth.ClientCredentials && _authorization.Forget(request.Headers.Authorization?.Parameter));

    TimeSpan? After(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > _clock.GetUtcNow() ? date - _clock.GetUtcNow() : TimeSpan.Zero,
            _ => null,
        };

    string? Hint(HttpResponseMessage response) =>
        (int)response.StatusCode switch
        {
            401 or 403 => $"Check the key or 'auth' of the connection '{_settings.Name}' in project.yml.",
            404 when _settings.IsRecorded => "Make the recorded answers with 'cartage gen seller-catalog'.",
            404 => "Check 'get' and 'params' of the feed; 'not_found: empty' takes such an answer for no rows.",
            429 or 503 => $"Lower 'rate' of the connection '{_settings.Name}', then run again. What has landed is not asked for again.",
            >= 400 and < 500 => "Check 'get' and 'params' of the feed.",
            _ => null,
        };

    static string Excerpt(byte[] bytes) =>
        System.Text.Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 160))).ReplaceLineEndings(" ").Trim() is { Length: > 0 } text ? $": {text}" : "";

    sealed record Failure(string Why, bool IsTransient, TimeSpan? After = null, string? Hint = null);
}
