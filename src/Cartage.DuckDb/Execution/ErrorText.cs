using System.Text.Json;

namespace Cartage.DuckDb;

/// <summary>An error message taken apart: the JSON of <c>errors_as_json</c>, or text such as <c>Binder Error: …</c>.</summary>
sealed record ErrorText(string Message, DuckDbErrorType Type, int? Position, IReadOnlyList<string> Candidates)
{
    public static ErrorText Read(string raw, DuckDbErrorType type) => FromJson(raw, type) ?? FromText(raw, type);

    static ErrorText? FromJson(string raw, DuckDbErrorType type)
    {
        // Syntax errors carry "Parser Error: " before the JSON.
        var brace = raw.IndexOf('{');
        if (brace < 0 || !raw.AsSpan(brace).StartsWith("{\"exception_type\"", StringComparison.Ordinal))
            return null;
        try
        {
            using var json = JsonDocument.Parse(raw[brace..]);
            string? Field(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
            return new(
                Field("exception_message") ?? raw,
                type == DuckDbErrorType.Unknown ? TypeOf(Field("exception_type") ?? "") : type,
                int.TryParse(Field("position"), out var position) ? position : null,
                Field("candidates")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []
            );
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static ErrorText FromText(string raw, DuckDbErrorType type)
    {
        var end = raw.IndexOf(" Error: ", StringComparison.Ordinal);
        var named = end is > 0 and < 30 ? TypeOf(raw[..end]) : DuckDbErrorType.Unknown;
        return named == DuckDbErrorType.Unknown ? new(raw, type, null, []) : new(raw[(end + " Error: ".Length)..], type == DuckDbErrorType.Unknown ? named : type, null, []);
    }

    static DuckDbErrorType TypeOf(string name) =>
        name switch
        {
            "TransactionContext" => DuckDbErrorType.Transaction,
            "Extension Autoloading" => DuckDbErrorType.Autoload,
            _ => Enum.TryParse<DuckDbErrorType>(name.Replace(" ", "", StringComparison.Ordinal), ignoreCase: true, out var type) ? type : DuckDbErrorType.Unknown,
        };
}
