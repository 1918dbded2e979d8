namespace Cartage.Host.Api;

/// <summary>What to run; without a selector, everything.</summary>
sealed record RunBody(string? Selector = null, DateTimeOffset? From = null, DateTimeOffset? To = null, bool FullRefresh = false, IReadOnlyList<string>? Only = null, IReadOnlyList<string>? Accept = null, IReadOnlyList<string>? SetAside = null);

/// <summary>Days to run, in the pipeline's time zone.</summary>
sealed record BackfillBody(IReadOnlyList<DateOnly> Days);

/// <summary>Rows in quarantine by their <c>_id</c>, and the new texts of their columns.</summary>
sealed record FixBody(IReadOnlyList<Guid> Rows, IReadOnlyDictionary<string, string?> Values);

/// <summary>Rows in quarantine by their <c>_id</c>, and what becomes of them: <c>fixed</c>, <c>discarded</c> or <c>open</c>.</summary>
sealed record MarkBody(IReadOnlyList<Guid> Rows, string Status);

/// <summary>One SELECT, and how many rows of it at most.</summary>
sealed record SqlBody(string Sql, int Limit = 1000);

/// <summary>A user's role, and a password where it changes.</summary>
sealed record UserBody(string Role, string? Password = null);

/// <summary>What a token is for, what it may, and how long.</summary>
sealed record TokenBody(string Name, IReadOnlyList<string> Scopes, int? Days = 90);

/// <summary>What of a run is let through when it runs again.</summary>
sealed record AgainBody(IReadOnlyList<string>? Accept = null, IReadOnlyList<string>? SetAside = null);

/// <summary>One's own password: the one there is, and the one there shall be.</summary>
sealed record PasswordBody(string New, string? Old = null);
