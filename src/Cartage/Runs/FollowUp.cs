using System.Text.Json.Serialization;

namespace Cartage.Runs;

/// <summary>What must follow a publish; a closed set, written down as JSON. Doing it twice is as good as once.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Report), "report")]
[JsonDerivedType(typeof(Export), "export")]
public abstract record FollowUp
{
    /// <summary>The kind of task it is.</summary>
    [JsonIgnore]
    public string Kind => this is Report ? "report" : "export";

    /// <summary>The quality report is written.</summary>
    public sealed record Report(ReportData Data) : FollowUp;

    /// <summary>A model's rows are written to <paramref name="Zone"/>, an object a format: <paramref name="Key"/> and the format's extension.</summary>
    public sealed record Export(string Model, string Zone, string Key, IReadOnlyList<string> Formats) : FollowUp;
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FollowUp))]
sealed partial class FollowUpJson : JsonSerializerContext;
