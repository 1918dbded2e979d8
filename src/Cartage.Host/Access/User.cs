namespace Cartage.Host.Access;

/// <summary>Someone who may come in; without a password hash only by a one-time link. The stamp changes with role and password, and ends older sessions.</summary>
sealed record User(string Name, Role Role, string? PasswordHash, string Stamp, DateTimeOffset ChangedAt);

/// <summary>A key for programs: what it may at most, until when; of the secret only its hash is kept.</summary>
sealed record Token(string Id, string User, string Name, IReadOnlyList<string> Scopes, string SecretHash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, bool Revoked);

/// <summary>Who did what, when and from where.</summary>
sealed record AuditEntry(long Seq, DateTimeOffset At, string Who, string What, string Detail, string From);
