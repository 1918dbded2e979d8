using System.CommandLine;
using Cartage.Host.Output;

namespace Cartage.Host.Commands;

static class TokenCommand
{
    public static Verb Create(Shell shell) => new("token", "Keys for programs that use the API",
        ["cartage token ls", "cartage token add ci --user ann --scope run --expires 90d", "cartage token rm x7k2abcd"], Ls(shell), Add(shell), Rm(shell));

    static Verb Ls(Shell shell) => new Verb("ls", "List tokens", ["cartage token ls"]).Does(shell, (on, ct) => UserCommand.WithAsync(on, accounts =>
    {
        Grid grid = new("token", "name", "user", "scopes", "created", "expires", "state");
        foreach (var x in accounts.Tokens.All)
            grid.Add(x.Id, x.Name, x.User, string.Join(' ', x.Scopes), x.CreatedAt, x.ExpiresAt, x.Revoked ? "revoked" : x.ExpiresAt <= on.Shell.Clock.GetUtcNow() ? "over" : "good");
        on.Print(grid);
        return Task.CompletedTask;
    }, ct));

    static Verb Add(Shell shell)
    {
        Argument<string> name = new("name") { Description = "What it is for" };
        Option<string> user = new("--user") { Description = "Whose it is; it may at most what the user may", HelpName = "name", DefaultValueFactory = _ => "admin" };
        Option<string[]> scopes = new("--scope") { Description = "What it may: read, run, edit, admin; can be repeated", HelpName = "scope", DefaultValueFactory = _ => ["read"] };
        Option<string> expires = new("--expires") { Description = "How long it is good: 90d; 'never' for good", HelpName = "span", DefaultValueFactory = _ => "90d" };
        return new Verb("add", "Make a token; it is printed this once", ["cartage token add ci --user ann --scope read --scope run", "cartage token add monitor --expires never"], name, user, scopes, expires)
            .Does(shell, (on, ct) => UserCommand.WithAsync(on, async accounts =>
            {
                var owner = accounts.Find(on.Value(user)!) ?? throw UserCommand.Unknown(on.Value(user)!);
                TimeSpan? lifetime = on.Value(expires) == "never" ? null : Spans.Parse("--expires", on.Value(expires)!);
                var (token, secret) = await accounts.Tokens.CreateAsync(owner, on.Value(name)!, on.Value(scopes)!, lifetime, ct);
                await UserCommand.AuditAsync(accounts, "token", $"{token.Name} for {owner.Name}: {string.Join(' ', token.Scopes)}", ct);
                on.Say($"Token {token.Id}, shown this once. Send it as: Authorization: Bearer …");
                await on.Terminal.Out.WriteLineAsync(secret);
            }, ct));
    }

    static Verb Rm(Shell shell)
    {
        Argument<string> id = new("token") { Description = "The token's id" };
        var dryRun = Common.DryRun();
        return new Verb("rm", "End a token", ["cartage token rm x7k2abcd"], id, dryRun).Does(shell, (on, ct) => UserCommand.WithAsync(on, async accounts =>
        {
            if (!on.Value(dryRun))
            {
                await accounts.Tokens.RevokeAsync(on.Value(id)!, ct);
                await UserCommand.AuditAsync(accounts, "token revoked", on.Value(id)!, ct);
            }
            on.Say(on.Value(dryRun) ? $"Would end {on.Value(id)}." : $"{on.Value(id)} is revoked.");
        }, ct));
    }
}
