using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Cartage.Host.Api;

/// <summary>One thing the API does: where, with which scope, and what for; the document of all of them is made from the same list that answers. Without a scope, a key lets in.</summary>
sealed record Operation(string Method, string Path, string? Scope, string Summary, Delegate Handle)
{
    /// <summary>What is sent along where that is others' to say, and not a <see cref="Body"/>.</summary>
    public string? Sends { get; init; }

    /// <summary>The form of what it answers.</summary>
    public string Answers { get; init; } = "application/json";

    /// <summary>The status of an answer when all went well.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>What it is called in the document.</summary>
    public string Id => Handle.Method.Name.Replace("Async", "", StringComparison.Ordinal) is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";

    /// <summary>Values in the path.</summary>
    public IEnumerable<string> PathNames => Path.Split('/').Where(x => x.StartsWith('{')).Select(x => x.Trim('{', '}'));

    /// <summary>Values after the question mark.</summary>
    public IEnumerable<ParameterInfo> Query => Handle.Method.GetParameters().Where(x => !PathNames.Contains(x.Name) && x.GetCustomAttribute<FromBodyAttribute>() is null && (Nullable.GetUnderlyingType(x.ParameterType) ?? x.ParameterType) is var type && (type.IsPrimitive || type == typeof(string)));

    /// <summary>What is sent along, and whether it can be left out.</summary>
    public (Type Type, bool IsOptional)? Body => Handle.Method.GetParameters().FirstOrDefault(x => x.GetCustomAttribute<FromBodyAttribute>() is not null) is { } body ? (body.ParameterType, body.GetCustomAttribute<FromBodyAttribute>()!.EmptyBodyBehavior == EmptyBodyBehavior.Allow) : null;

    /// <summary>The data of an answer, where it is described.</summary>
    public Type? Returns { get => field ?? Told(Handle.Method.ReturnType); init; }

    static Type? Told(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? Told(type.GenericTypeArguments[0]) : typeof(IResult).IsAssignableFrom(type) ? null : type;
}
