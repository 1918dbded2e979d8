using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Access;

/// <summary>Keys for programs, <c>cartage_ID_SECRET</c>; of the secret only a hash is kept, so it is shown once.</summary>
sealed class Tokens(RunStore store, TimeProvider clock)
{
    const string Prefix = "cartage";
    Dictionary<string, Token> _tokens = [];

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<Token> All => [.. _tokens.Values.OrderByDescending(x => x.CreatedAt)];

    // What is read counts before anybody can write again.
    public Task LoadAsync(CancellationToken ct) =>
        store.UseAsync(async x =>
        {
            var rows = await x.QueryAsync("SELECT id, \"user\", name, scopes, secret, created_at, expires_at, revoked FROM tokens ORDER BY seq", Read, ct);
            return _tokens = rows.GroupBy(t => t.Id).ToDictionary(t => t.Key, t => t.Last());
        }, ct);

    /// <summary>Makes one and returns what to send as <c>Authorization: Bearer …</c>.</summary>
    public async Task<(Token Token, string Secret)> CreateAsync(User user, string name, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken ct)
    {
        if (scopes.FirstOrDefault(x => !Scope.Of(user.Role).Contains(x)) is { } beyond)
            throw new UsageException($"'{user.Name}' may not give the scope '{beyond}'.", $"There are for this user: {string.Join(", ", Scope.Of(user.Role))}.");
        var secret = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 40);
        var now = clock.GetUtcNow();
        var token = new Token(RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 8), user.Name, name, scopes, Hash(secret), now, lifetime is { } span ? now + span : null, false);
        await InsertAsync(token, ct);
        return (token, $"{Prefix}_{token.Id}_{secret}");
    }

    /// <summary>Ends one.</summary>
    public Task RevokeAsync(string id, CancellationToken ct) =>
        _tokens.TryGetValue(id, out var token) ? InsertAsync(token with { Revoked = true }, ct) : throw new UsageException($"There is no token '{id}'.", "See: cartage token ls") { NamesNothing = true };

    /// <summary>The token that was sent, when it is right, not revoked and not over.</summary>
    public Token? Find(string sent)
    {
        if (sent.Split('_') is not [Prefix, var id, var secret] || !_tokens.TryGetValue(id, out var token))
            return null;
        var isRight = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Hash(secret)), Encoding.UTF8.GetBytes(token.SecretHash));
        return isRight && !token.Revoked && !(token.ExpiresAt <= clock.GetUtcNow()) ? token : null;
    }

    static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    async Task InsertAsync(Token token, CancellationToken ct)
    {
        await store.ChangeAsync(x => x.ExecuteAsync(
            "INSERT INTO tokens SELECT coalesce(max(seq), 0) + 1, $id, $user, $name, $scopes, $secret, $created, $expires, $revoked FROM tokens", ct,
            ("id", token.Id), ("user", token.User), ("name", token.Name), ("scopes", string.Join(' ', token.Scopes)), ("secret", token.SecretHash),
            ("created", token.CreatedAt.UtcDateTime), ("expires", token.ExpiresAt?.UtcDateTime), ("revoked", token.Revoked)), ct);
        await LoadAsync(ct);
    }

    static Token Read(DbDataReader r) =>
        new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3).Split(' ', StringSplitOptions.RemoveEmptyEntries), r.GetString(4), Utc(r, 5), r.IsDBNull(6) ? null : Utc(r, 6), r.GetBoolean(7));

    static DateTimeOffset Utc(DbDataReader r, int column) => new(DateTime.SpecifyKind(r.GetDateTime(column), DateTimeKind.Utc));
}
