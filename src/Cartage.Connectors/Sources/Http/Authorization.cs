using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cartage.Connectors.Sources.Http;

/// <summary>The header that says who asks; a token is fetched when there is none and again shortly before it ends.</summary>
sealed class Authorization(HttpSettings settings, HttpClient client, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan Early = TimeSpan.FromSeconds(30), Longest = TimeSpan.FromDays(365);

    readonly SemaphoreSlim _turn = new(1, 1);
    volatile Held? _token;
    volatile string? _refused;

    public async ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken ct) =>
        settings.Auth switch
        {
            HttpAuth.Basic basic => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.User}:{basic.Password}"))),
            HttpAuth.Bearer bearer => new("Bearer", bearer.Token),
            HttpAuth.ClientCredentials credentials => new("Bearer", await TokenAsync(credentials, ct)),
            _ => null,
        };

    /// <summary>Forgets a token that was refused; false where it is none of ours. Of several requests that were under way with it the first forgets it for all.</summary>
    public bool Forget(string? refused)
    {
        if (_token is { } held && held.Token == refused)
            (_refused, _token) = (refused, null);
        return refused is not null && refused == _refused;
    }

    public void Dispose() => _turn.Dispose();

    async Task<string> TokenAsync(HttpAuth.ClientCredentials credentials, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_token is { } held && clock.GetUtcNow() < held.Until)
                return held.Token;
            var (token, seconds) = await FetchAsync(credentials, ct);
            settings.Secrets.Add(token);
            _token = new(token, clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Clamp(seconds - Early.TotalSeconds, 1, Longest.TotalSeconds)));
            return token;
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task<(string Token, double Seconds)> FetchAsync(HttpAuth.ClientCredentials credentials, CancellationToken ct)
    {
        Dictionary<string, string> form = new() { ["grant_type"] = "client_credentials" };
        if (credentials.Scope is { } scope)
            form["scope"] = scope;
        using var request = new HttpRequestMessage(HttpMethod.Post, credentials.TokenUrl) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(credentials.ClientId)}:{Uri.EscapeDataString(credentials.Secret)}")));
        using var answer = await client.SendAsync(request, ct);
        var body = await answer.Content.ReadAsStringAsync(ct);
        if (!answer.IsSuccessStatusCode)
            throw new PipelineException(
                $"{settings.Name}: {credentials.TokenUrl.GetLeftPart(UriPartial.Path)} gives no token: {(int)answer.StatusCode} {settings.Secrets.Mask(body.Length > 200 ? body[..200] : body)}",
                isTransient: answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
                hint: "Check 'client_id', 'client_secret' and 'scope' of the connection."
            );
        try
        {
            using var json = JsonDocument.Parse(body);
            var token = json.RootElement.GetProperty("access_token").GetString() ?? throw new KeyNotFoundException();
            return (token, json.RootElement.TryGetProperty("expires_in", out var expires) && double.TryParse(expires.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : 3600); // some write the number as text
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PipelineException($"{settings.Name}: {credentials.TokenUrl.GetLeftPart(UriPartial.Path)} answers without an access_token", hint: "Check 'token_url' of the connection.", inner: e);
        }
    }

    sealed record Held(string Token, DateTimeOffset Until);
}
