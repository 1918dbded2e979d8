using System.Data.Common;

namespace Cartage.DuckDb;

/// <summary>What the database says went wrong, without its wrapping: kind, place and suggestions are properties.</summary>
public sealed class DuckDbException : DbException
{
    /// <summary>An error as the library words it, or in plain words.</summary>
    public DuckDbException(string message, DuckDbErrorType type = DuckDbErrorType.Unknown, Exception? inner = null)
        : this(ErrorText.Read(message, type), inner) { }

    DuckDbException(ErrorText error, Exception? inner)
        : base(error.Message, inner)
    {
        ErrorType = error.Type;
        Position = error.Position;
        Candidates = error.Candidates;
    }

    /// <summary>The kind of error.</summary>
    public DuckDbErrorType ErrorType { get; }

    /// <summary>The 0-based byte (of UTF-8) in the command's text it is at; null where the database does not say.</summary>
    public int? Position { get; }

    /// <summary>Names that were perhaps meant.</summary>
    public IReadOnlyList<string> Candidates { get; }

    /// <summary>Whether a file is to blame: the disk refused, or its bytes are not those that were written.</summary>
    public bool IsOfFile => ErrorType is DuckDbErrorType.Io or DuckDbErrorType.Serialization or DuckDbErrorType.Fatal
        || Message.StartsWith("Failed to commit: Could not ", StringComparison.Ordinal); // of the kind of every commit that fails

    /// <summary>Whether the same transaction may well succeed when repeated: it met another one's changes.</summary>
    public override bool IsTransient => ErrorType == DuckDbErrorType.Transaction && Message.Contains("conflict", StringComparison.OrdinalIgnoreCase);
}
