using System.Security.Cryptography;
using System.Text;
using Cartage.Runs;
using Cartage.Warehouses;

namespace Cartage.Host.Access;

/// <summary>Codes that let somebody in once, within an hour, at whichever server of several; of a code only a hash is kept.</summary>
sealed class OneTimeLinks(RunStore store, TimeProvider clock)
{
    const string Tables = "CREATE TABLE IF NOT EXISTS links (code VARCHAR PRIMARY KEY, \"user\" VARCHAR, until TIMESTAMP)";
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>A new code for a user.</summary>
    public async Task<string> CreateAsync(string user, CancellationToken ct)
    {
        var code = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await store.ChangeAsync(Tables, async x =>
        {
            await x.ExecuteAsync("DELETE FROM links WHERE until <= $now", ct, ("now", clock.GetUtcNow().UtcDateTime));
            return await x.ExecuteAsync("INSERT INTO links VALUES ($code, $user, $until)", ct, ("code", Hash(code)), ("user", user), ("until", (clock.GetUtcNow() + Lifetime).UtcDateTime));
        }, ct);
        return code;
    }

    /// <summary>The user a code lets in, which ends it; guesses are not written to the store.</summary>
    public async Task<string?> UseAsync(string code, CancellationToken ct)
    {
        (string, object?)[] parameters = [("code", Hash(code)), ("now", clock.GetUtcNow().UtcDateTime)];
        var user = await store.UseAsync(Tables, x => x.ScalarAsync<string>("SELECT \"user\" FROM links WHERE code = $code AND until > $now", ct, parameters), ct);
        return user is not null && await store.ChangeAsync(x => x.ExecuteAsync("DELETE FROM links WHERE code = $code AND until > $now", ct, parameters), ct) > 0 ? user : null;
    }

    static string Hash(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}
