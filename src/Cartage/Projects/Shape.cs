using System.Text.Json.Nodes;

namespace Cartage.Projects;

/// <summary>What a reader asks of a map, as a JSON Schema.</summary>
sealed class Shape
{
    readonly JsonObject _properties = [];
    readonly JsonObject _schema;

    public Shape() => _schema = new() { ["type"] = "object", ["properties"] = _properties, ["additionalProperties"] = false };

    /// <summary>The schema as JSON; the shape goes on to belong to it.</summary>
    public JsonObject Schema => _schema;

    public void Text(string key) => Ask(key, Scalar());

    public void Flag(string key) => Ask(key, new() { ["type"] = "boolean" });

    public void Number(string key) => Ask(key, new() { ["type"] = "integer" });

    public void Texts(string key) => Ask(key, Either(Scalar(), Scalars()));

    public void TextsByName(string key) => Ask(key, new() { ["type"] = "object", ["additionalProperties"] = Scalar() });

    public void ListsByName(string key) => Ask(key, new() { ["type"] = "object", ["additionalProperties"] = Either(Scalar(), Scalars()) });

    public void Choice(string key, IEnumerable<string> options) => Ask(key, new() { ["enum"] = new JsonArray([.. options.Select(o => JsonValue.Create(o))]) });

    public void Duration(string key) => Ask(key, new() { ["type"] = "string", ["pattern"] = Durations.Pattern });

    public Shape Map(string key) => Below(key, child => child.Schema);

    public Shape TextOrMap(string key) => Below(key, child => Either(Scalar(), child.Schema));

    /// <summary>The shape of a list's items; each may be a map or, in short, a text.</summary>
    public Shape Items(string key) => Below(key, child => new() { ["type"] = "array", ["items"] = Either(Scalar(), child.Schema) });

    /// <summary>The shape of the values of a map whose keys are the user's; each may be a map or, in short, a text, and where asked several texts.</summary>
    public Shape Any(bool orTexts)
    {
        var child = new Shape();
        _schema["additionalProperties"] = orTexts ? Either(Either(Scalar(), Scalars()), child.Schema) : Either(Scalar(), child.Schema);
        return child;
    }

    Shape Below(string key, Func<Shape, JsonObject> schema)
    {
        var child = new Shape();
        Ask(key, schema(child));
        return child;
    }

    // A key may be asked for more than once; the first question tells its type.
    void Ask(string key, JsonObject schema) => _properties.TryAdd(key, schema);

    static JsonObject Either(JsonObject one, JsonObject other) => new() { ["anyOf"] = new JsonArray(one, other) };

    static JsonObject Scalars() => new() { ["type"] = "array", ["items"] = Scalar() };

    // What YAML writes without quotes is read as the text it is written as.
    static JsonObject Scalar() => new() { ["type"] = new JsonArray("string", "number", "boolean", "null") };
}
