using System.Data.Common;
using System.Text.Json;

namespace Cartage.DuckDb;

/// <summary>What kind of thing went wrong, in the numbers of duckdb_error_type.</summary>
public enum DuckDbErrorType
{
    Unknown = 0, OutOfRange = 1, Conversion = 2, UnknownType = 3, Decimal = 4, MismatchType = 5, DivideByZero = 6, ObjectSize = 7,
    InvalidType = 8, Serialization = 9, Transaction = 10, NotImplemented = 11, Expression = 12, Catalog = 13, Parser = 14, Planner = 15,
    Scheduler = 16, Executor = 17, Constraint = 18, Index = 19, Stat = 20, Connection = 21, Syntax = 22, Settings = 23, Binder = 24,
    Network = 25, Optimizer = 26, NullPointer = 27, Io = 28, Interrupt = 29, Fatal = 30, Internal = 31, InvalidInput = 32, OutOfMemory = 33,
    Permission = 34, ParameterNotResolved = 35, ParameterNotAllowed = 36, Dependency = 37, Http = 38, MissingExtension = 39, Autoload = 40,
    Sequence = 41, InvalidConfiguration = 42,
}

/// <summary>What the database says went wrong.</summary>
public sealed class DuckDbException : DbException
{
    /// <summary>An error in plain words, or as the JSON of <c>errors_as_json</c>.</summary>
    public DuckDbException(string message, DuckDbErrorType type = DuckDbErrorType.Unknown)
        : this(Read(message), type) { }

    DuckDbException((string Message, int? Position, IReadOnlyList<string> Candidates) error, DuckDbErrorType type)
        : base(error.Message)
    {
        ErrorType = type;
        Position = error.Position;
        Candidates = error.Candidates;
    }

    /// <summary>The kind of error.</summary>
    public DuckDbErrorType ErrorType { get; }

    /// <summary>The 0-based byte of the statement it is at, where known.</summary>
    public int? Position { get; }

    /// <summary>Names that were perhaps meant.</summary>
    public IReadOnlyList<string> Candidates { get; }

    static (string, int?, IReadOnlyList<string>) Read(string message)
    {
        var brace = message.IndexOf('{');
        if (brace < 0 || !message.Contains("\"exception_message\"", StringComparison.Ordinal))
            return (message, null, []);
        try
        {
            using var json = JsonDocument.Parse(message[brace..]);
            string? Field(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
            return (
                Field("exception_message") ?? message,
                int.TryParse(Field("position"), out var position) ? position : null,
                Field("candidates")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []
            );
        }
        catch (JsonException)
        {
            return (message, null, []);
        }
    }
}
