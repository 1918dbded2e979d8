using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Cartage.Host.Access;
using Cartage.Host.Output;
using Cartage.Host.Serving;
using Microsoft.AspNetCore.Http;

namespace Cartage.Host.Api;

/// <summary>What happens, as it happens, as server-sent events; a browser holds one stream for all its pages.</summary>
static class Live
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Operation> Operations { get; } =
    [
        new("GET", "/api/events", Scope.Read, "What happens in every run, or in one, as it happens.", FollowRuns) { Answers = "text/event-stream" },
    ];

    static IResult FollowRuns(HttpContext context, Desk desk, string? run)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(FollowAsync(desk, run, context.RequestAborted));
    }

    // A beat now and then tells a dead line from a quiet one.
    static async IAsyncEnumerable<SseItem<string>> FollowAsync(Desk desk, string? run, [EnumeratorCancellation] CancellationToken gone)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(gone, desk.Closing);
        var ct = stop.Token;
        await using var events = desk.Store.FollowAsync(ct).GetAsyncEnumerator(ct);
        var next = events.MoveNextAsync().AsTask();
        yield return new("", "beat"); // whoever has seen it misses nothing from here on
        while (true)
        {
            if (await Task.WhenAny(next, Task.Delay(Beat, desk.Clock, CancellationToken.None)) != next)
            {
                yield return new("", "beat");
                continue;
            }
            if (next.IsCanceled || !await next)
                yield break;
            var e = events.Current;
            if (run is null || e.RunId == run)
                yield return new(DataJson.Write(EventData.Of(e)), "run");
            next = events.MoveNextAsync().AsTask();
        }
    }

}
