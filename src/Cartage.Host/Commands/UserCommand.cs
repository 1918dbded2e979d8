using System.CommandLine;
using System.Security.Cryptography;
using Cartage.Host.Access;
using Cartage.Host.Output;
using Cartage.Host.Socket;

namespace Cartage.Host.Commands;

static class UserCommand
{
    public static Verb Create(Shell shell) => new("user", "Who may come in, and what they may do",
        ["cartage user ls", "cartage user add ann --role operator", "cartage user password ann --password-file new.txt", "cartage user link ann", "cartage user rm ann"],
        Ls(shell), Add(shell), Password(shell), Link(shell), Rm(shell));

    static Verb Ls(Shell shell) => new Verb("ls", "List users", ["cartage user ls", "cartage user ls --format json"]).Does(shell, (on, ct) => WithAsync(on, accounts =>
    {
        Grid grid = new("user", "role", "password", "changed");
        foreach (var x in accounts.Users)
            grid.Add(x.Name, RoleText(x.Role), x.PasswordHash is null ? "none" : "set", x.ChangedAt);
        on.Print(grid);
        return Task.CompletedTask;
    }, ct));

    static Verb Add(Shell shell)
    {
        var name = Name();
        Option<string> role = new("--role") { Description = "viewer looks, operator runs, editor mends, admin lets others in", HelpName = "role", DefaultValueFactory = _ => "viewer" };
        role.AcceptOnlyFromAmong("viewer", "operator", "editor", "admin");
        var file = PasswordFile();
        return new Verb("add", "Add a user, or give one another role; without a password file one is made up and printed", ["cartage user add ann --role operator", "cartage user add bob --role admin --password-file bob.txt"], name, role, file)
            .Does(shell, (on, ct) => WithAsync(on, async accounts =>
            {
                var typed = on.Value(name)!;
                var isNew = accounts.Find(typed)?.PasswordHash is null;
                var password = on.Value(file) is not null || isNew ? await ReadAsync(on, on.Value(file), ct) : null;
                await accounts.SetAsync(typed, Enum.Parse<Role>(on.Value(role)!, ignoreCase: true), password, ct);
                await AuditAsync(accounts, "user", $"{typed}: {on.Value(role)}", ct);
                Tell(on, on.Value(file) is null ? password : null, $"{typed} is {on.Value(role)} now.");
            }, ct));
    }

    static Verb Password(Shell shell)
    {
        var (name, file) = (Name(), PasswordFile());
        return new Verb("password", "Give a user a new password; without a file one is made up and printed", ["cartage user password ann", "cartage user password ann --password-file new.txt"], name, file)
            .Does(shell, (on, ct) => WithAsync(on, async accounts =>
            {
                var user = accounts.Find(on.Value(name)!) ?? throw Unknown(on.Value(name)!);
                var password = await ReadAsync(on, on.Value(file), ct);
                await accounts.SetAsync(user.Name, user.Role, password, ct);
                await AuditAsync(accounts, "user", $"{user.Name}: a new password", ct);
                Tell(on, on.Value(file) is null ? password : null, $"{user.Name} has a new password, and is signed out everywhere.");
            }, ct));
    }

    static Verb Link(Shell shell)
    {
        var name = Name();
        return new Verb("link", "Print a link that lets a user in once, within the hour; the server must run", ["cartage user link ann"], name).Does(shell, async (on, ct) =>
        {
            if (await on.LoadAsync(null, [], ct) is not { } project)
                return ExitCode.Wrong;
            if (on.Shell.Session is null && await Client.AskAsync(project.StateFolder, on.Shell, ct) is { } code)
                return code;
            var desk = on.Shell.Session?.Desk ?? throw new UsageException("The server does not run.", "Start it with: cartage serve");
            var user = desk.Accounts.Find(on.Value(name)!) ?? throw Unknown(on.Value(name)!);
            await AuditAsync(desk.Accounts, "link", user.Name, ct);
            await on.Terminal.Out.WriteLineAsync(await desk.EntryForAsync(user.Name, ct));
            return ExitCode.Succeeded;
        });
    }

    static Verb Rm(Shell shell)
    {
        var (name, dryRun) = (Name(), Common.DryRun());
        return new Verb("rm", "Remove a user with sessions and tokens", ["cartage user rm ann"], name, dryRun).Does(shell, (on, ct) => WithAsync(on, async accounts =>
        {
            var user = accounts.Find(on.Value(name)!) ?? throw Unknown(on.Value(name)!);
            if (!on.Value(dryRun))
            {
                await accounts.RemoveAsync(user.Name, ct);
                await AuditAsync(accounts, "user removed", user.Name, ct);
            }
            on.Say(on.Value(dryRun) ? $"Would remove {user.Name}." : $"{user.Name} is gone.");
        }, ct));
    }

    /// <summary>Opens the project and does something with its users and tokens.</summary>
    public static async Task<int> WithAsync(Invocation on, Func<Accounts, Task> act, CancellationToken ct)
    {
        if (await on.LoadAsync(null, [], ct) is not { } project)
            return ExitCode.Wrong;
        await using var session = await on.OpenAsync(project, ct);
        await act(await session.AccountsAsync(ct));
        return ExitCode.Succeeded;
    }

    /// <summary>Writes down what the project's owner did from the command line.</summary>
    public static Task AuditAsync(Accounts accounts, string what, string detail, CancellationToken ct) => accounts.Audit.WriteAsync("command line", what, detail, "this machine", ct);

    public static UsageException Unknown(string name) => new($"There is no user '{name}'.", "See: cartage user ls");

    static Argument<string> Name() => new("name") { Description = "The user's name" };

    static Option<string?> PasswordFile() => new("--password-file") { Description = "A file whose first line is the password", HelpName = "file" };

    static async Task<string> ReadAsync(Invocation on, string? file, CancellationToken ct) =>
        file is null ? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 20)
        : File.Exists(on.PathOf(file)) ? (await File.ReadAllLinesAsync(on.PathOf(file), ct)).FirstOrDefault("")
        : throw new UsageException($"--password-file {file}: there is no such file.");

    static void Tell(Invocation on, string? password, string sentence)
    {
        on.Say(password is null ? sentence : $"{sentence} The password, shown this once:");
        if (password is not null)
            on.Terminal.Out.WriteLine(password);
    }

    static string RoleText(Role role) => role.ToString().ToLowerInvariant();
}
