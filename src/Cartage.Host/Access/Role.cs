namespace Cartage.Host.Access;

/// <summary>What a person may do; each may what those before it may.</summary>
enum Role { Viewer, Operator, Editor, Admin }

/// <summary>What a request needs, and what a token may be limited to.</summary>
static class Scope
{
    /// <summary>Look at everything; columns with personal data are masked unless more is allowed.</summary>
    public const string Read = "read";

    /// <summary>Start, cancel and repeat runs.</summary>
    public const string Run = "run";

    /// <summary>Mend and release rows in quarantine.</summary>
    public const string Edit = "edit";

    /// <summary>Users, tokens and the audit log.</summary>
    public const string Admin = "admin";

    /// <summary>All of them, from the least.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Run, Edit, Admin];

    /// <summary>The scopes of a role.</summary>
    public static IReadOnlyList<string> Of(Role role) => [.. All.Take((int)role + 1)];
}
