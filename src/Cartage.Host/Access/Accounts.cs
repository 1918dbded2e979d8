using System.Data.Common;
using System.Globalization;
using Cartage.Runs;
using Cartage.Warehouses;
using Microsoft.AspNetCore.Identity;

namespace Cartage.Host.Access;

/// <summary>Users in the run store: rows are only ever inserted, the newest of a name holds.</summary>
sealed class Accounts
{
    const string Tables = """
        CREATE TABLE IF NOT EXISTS users (seq BIGINT, name VARCHAR, role VARCHAR, password VARCHAR, stamp VARCHAR, removed BOOLEAN, "at" TIMESTAMP);
        CREATE TABLE IF NOT EXISTS tokens (seq BIGINT, id VARCHAR, "user" VARCHAR, name VARCHAR, scopes VARCHAR, secret VARCHAR, created_at TIMESTAMP, expires_at TIMESTAMP, revoked BOOLEAN);
        CREATE TABLE IF NOT EXISTS audit (seq BIGINT, "at" TIMESTAMP, who VARCHAR, what VARCHAR, detail VARCHAR, "from" VARCHAR);
        """;

    static readonly PasswordHasher<User> Hasher = new();
    readonly RunStore _store;
    readonly TimeProvider _clock;
    Dictionary<string, User> _users = [];

    Accounts(RunStore store, TimeProvider clock)
    {
        (_store, _clock) = (store, clock);
        Tokens = new(store, clock);
        Audit = new(store, clock);
    }

    /// <summary>Keys for programs.</summary>
    public Tokens Tokens { get; }

    /// <summary>Who did what.</summary>
    public AuditLog Audit { get; }

    /// <summary>Everyone, by name.</summary>
    public IReadOnlyList<User> Users => [.. _users.Values.OrderBy(x => x.Name, StringComparer.Ordinal)];

    /// <summary>Whether somebody can administer with a password.</summary>
    public bool HasAdminPassword => _users.Values.Any(x => x is { Role: Role.Admin, PasswordHash: not null });

    /// <summary>Reads users and tokens.</summary>
    public static async Task<Accounts> OpenAsync(RunStore store, TimeProvider clock, CancellationToken ct)
    {
        Accounts accounts = new(store, clock);
        await accounts.RefreshAsync(ct);
        return accounts;
    }

    /// <summary>Reads them again: of several servers, any may have changed them.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        // What is read counts before anybody can write again.
        await _store.UseAsync(Tables, async x =>
        {
            var rows = await x.QueryAsync("SELECT name, role, password, stamp, removed, \"at\" FROM users ORDER BY seq", r => (User: Read(r), Removed: r.GetBoolean(4)), ct);
            return _users = rows.GroupBy(r => r.User.Name, (_, all) => all.Last()).Where(r => !r.Removed).ToDictionary(r => r.User.Name, r => r.User);
        }, ct);
        await Tokens.LoadAsync(ct);
    }

    /// <summary>A user by name.</summary>
    public User? Find(string name) => _users.GetValueOrDefault(name);

    /// <summary>Adds a user, or gives one another role or password; an absent password keeps the one there is.</summary>
    public async Task<User> SetAsync(string name, Role role, string? password, CancellationToken ct)
    {
        Require(name, password);
        await RefreshAsync(ct);
        var user = new User(name, role, Find(name)?.PasswordHash, Guid.NewGuid().ToString("N"), _clock.GetUtcNow());
        user = password is null ? user : user with { PasswordHash = Hasher.HashPassword(user, password) };
        if (role != Role.Admin && IsLastAdmin(name))
            throw new UsageException($"'{name}' is the last admin.", "Make another one first.");
        await InsertAsync(user, removed: false, ct);
        await RefreshAsync(ct);
        return user;
    }

    /// <summary>Removes a user, and with it sessions and tokens.</summary>
    public async Task RemoveAsync(string name, CancellationToken ct)
    {
        await RefreshAsync(ct);
        var user = Find(name) ?? throw new UsageException($"There is no user '{name}'.", "See: cartage user ls") { NamesNothing = true };
        if (IsLastAdmin(name))
            throw new UsageException($"'{name}' is the last admin.", "Make another one first.");
        await InsertAsync(user, removed: true, ct);
        foreach (var token in Tokens.All.Where(x => x.User == name && !x.Revoked).ToList())
            await Tokens.RevokeAsync(token.Id, ct);
        await RefreshAsync(ct);
    }

    /// <summary>Whether the password is the user's; takes as long for a user that is not there.</summary>
    public bool Verify(string name, string password)
    {
        var user = Find(name) ?? Nobody;
        return Hasher.VerifyHashedPassword(user, user.PasswordHash ?? Nobody.PasswordHash!, password) != PasswordVerificationResult.Failed && user is { PasswordHash: not null } && user != Nobody;
    }

    static readonly User Nobody = new("", Role.Viewer, Hasher.HashPassword(null!, Guid.NewGuid().ToString()), "", default);

    static void Require(string name, string? password)
    {
        if (name.Length is 0 or > 64 || name.Any(x => !char.IsAsciiLetterOrDigit(x) && x is not ('.' or '-' or '_' or '@')))
            throw new UsageException($"'{name}' cannot be a user's name.", "Use up to 64 letters, digits, dots, dashes, underscores and @.");
        if (password is { Length: < 10 })
            throw new UsageException("The password is too short.", "Use 10 characters or more; a sentence is good.");
        if (password is { Length: > 256 })
            throw new UsageException("The password is too long.", "Use at most 256 characters.");
    }

    bool IsLastAdmin(string name) => Find(name)?.Role == Role.Admin && _users.Values.Count(x => x.Role == Role.Admin) == 1;

    Task InsertAsync(User user, bool removed, CancellationToken ct) =>
        _store.ChangeAsync(x => x.ExecuteAsync(
            "INSERT INTO users SELECT coalesce(max(seq), 0) + 1, $name, $role, $password, $stamp, $removed, $at FROM users", ct,
            ("name", user.Name), ("role", user.Role.ToString()), ("password", user.PasswordHash), ("stamp", user.Stamp), ("removed", removed), ("at", user.ChangedAt.UtcDateTime)), ct);

    static User Read(DbDataReader r) =>
        new(r.GetString(0), Enum.Parse<Role>(r.GetString(1)), r.IsDBNull(2) ? null : r.GetString(2), r.GetString(3), new(DateTime.SpecifyKind(Convert.ToDateTime(r.GetValue(5), CultureInfo.InvariantCulture), DateTimeKind.Utc)));
}
