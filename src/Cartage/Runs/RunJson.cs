using System.Text.Json.Serialization;
using Cartage.Ingest;

namespace Cartage.Runs;

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Holder))]
[JsonSerializable(typeof(IReadOnlyList<RowEquation>))]
[JsonSerializable(typeof(IReadOnlyList<TaskResult>))]
sealed partial class RunJson : JsonSerializerContext;
