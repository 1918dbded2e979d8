using Cartage.Host.Access;
using Cartage.Host.Api;
using Cartage.Host.Output;
using Cartage.Host.Web;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Serving;

/// <summary>Turns what went wrong in a request into an answer: what was asked wrongly is 400, what is not there 404, what the world refused 409, a defect 500 without its inside.</summary>
sealed class Failures(RequestDelegate next, Desk desk)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
                await MeanAsync(context, context.Response.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
            return;
        }
        catch (UsageException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, e.NamesNothing ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest, e.Message, e.Hint);
        }
        catch (PipelineException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, StatusCodes.Status409Conflict, e.Message, e.Hint);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The request is too large." : "The request cannot be read.", "What it takes is in /api/openapi.json.");
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await desk.Problems.WriteLineAsync($"{context.Request.Method} {context.Request.Path}: {e}");
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "Something went wrong inside Cartage.", "The server's output says more.");
        }
        finally
        {
            desk.Counters.Answered(context.Response.StatusCode);
        }
    }

    static Task MeanAsync(HttpContext context, int status)
    {
        var byToken = context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        var byKey = context.GetEndpoint()?.Metadata.GetMetadata<ByKey>() is not null;
        var (message, hint) = status switch
        {
            StatusCodes.Status400BadRequest => ("The request cannot be read.", "What it takes is in /api/openapi.json."),
            StatusCodes.Status401Unauthorized when byKey => ("The key is missing or wrong.", "Send the key that the project says as the header X-Cartage-Key, or a token with the scope 'run' to /api/events/objects."),
            StatusCodes.Status401Unauthorized when byToken => ("This token is not known here: it was mistyped or removed, or its time is over.", "Make one with: cartage token add NAME --scope read"),
            StatusCodes.Status401Unauthorized => ("Sign in first.", "A program sends a token: Authorization: Bearer …"),
            StatusCodes.Status403Forbidden when byToken => ("This token has not the scope that this needs.", "No scope holds another: cartage token add NAME --scope read --scope run"),
            StatusCodes.Status403Forbidden => ("Your role does not allow this.", null),
            StatusCodes.Status404NotFound => ("There is nothing here.", null),
            StatusCodes.Status405MethodNotAllowed => ("This address does not do that.", null),
            _ => ("The request was refused.", (string?)null),
        };
        return AnswerAsync(context, status, message, hint);
    }

    static Task AnswerAsync(HttpContext context, int status, string message, string? hint)
    {
        context.Response.StatusCode = status;
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || !context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            return Results.Content(DataJson.Write(new Refusal(message, hint)), "application/json", statusCode: status).ExecuteAsync(context);
        return new Problem(message, hint).ShowAsync(context);
    }
}
