using Cartage.Host.Access;
using Cartage.Host.Serving;
using Cartage.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Web;

/// <summary>What every page has at hand.</summary>
public abstract class Page : ComponentBase
{
    [Inject]
    internal Desk Desk { get; set; } = null!;

    /// <summary>The request.</summary>
    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    /// <summary>Reads what the page shows; it is drawn once, when that is there.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        await LoadAsync();
        await base.SetParametersAsync(ParameterView.Empty);
    }

    internal Workspace Workspace => Desk.Workspace;

    internal CancellationToken Ct => Http.RequestAborted;

    internal bool May(string scope) => Http.User.May(scope);

    /// <summary>What the query string says, or nothing.</summary>
    internal string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>Sends what the page says of itself with 404, which is set last: a page that is one earlier is thrown away.</summary>
    internal void NotThere() =>
        Http.Response.OnStarting(() =>
        {
            Http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
}
