using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Cartage.Tests.Support;

/// <summary>What a test's API says: a status, a body and headers; less than the whole body where it is cut.</summary>
public sealed record Said(string Body, int Status = 200)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public bool Cut { get; init; }

    /// <summary>How many bytes are said to come, where that is not how many do.</summary>
    public long? Announced { get; init; }

    /// <summary>Never answers.</summary>
    public bool Hangs { get; init; }
}

/// <summary>A question as it arrived.</summary>
public sealed record Asked(string Path, Dictionary<string, string> Query, string PathAndQuery, WebHeaderCollection Headers, string Body);

/// <summary>An API on 127.0.0.1 that answers as a test says, and keeps what it was asked.</summary>
public sealed class TestApi : IAsyncDisposable
{
    readonly HttpListener _listener;
    readonly CancellationTokenSource _end = new();
    readonly Task _serving;

    public TestApi(Func<Asked, Said> answer)
    {
        (_listener, Url) = Listen();
        _serving = ServeAsync(answer);
    }

    public string Url { get; }

    public ConcurrentQueue<Asked> Asked { get; } = [];

    public IEnumerable<string> Paths => Asked.Select(a => a.PathAndQuery);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Close();
        await _serving;
        _end.Dispose();
    }

    async Task ServeAsync(Func<Asked, Said> answer)
    {
        while (!_end.IsCancellationRequested)
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context, answer)); // an answer may wait for another question
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
    }

    async Task AnswerAsync(HttpListenerContext context, Func<Asked, Said> answer)
    {
        try
        {
            var request = context.Request;
            using var reader = new StreamReader(request.InputStream);
            var asked = new Asked(request.Url!.AbsolutePath, request.QueryString.AllKeys.OfType<string>().ToDictionary(k => k, k => request.QueryString[k]!), request.RawUrl!, (WebHeaderCollection)request.Headers, await reader.ReadToEndAsync());
            Asked.Enqueue(asked);
            var said = answer(asked);
            if (said.Hangs)
                await Task.Delay(Timeout.Infinite, _end.Token);
            var bytes = Encoding.UTF8.GetBytes(said.Body);
            context.Response.StatusCode = said.Status;
            foreach (var (name, value) in said.Headers)
                context.Response.Headers[name] = value;
            context.Response.ContentLength64 = said.Announced ?? bytes.Length;
            await context.Response.OutputStream.WriteAsync(said.Cut ? bytes.AsMemory(0, bytes.Length / 2) : bytes);
            if (said.Cut)
                context.Response.Abort();
            else
                context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            context.Response.Abort(); // the other side went away, or this one ends
        }
    }

    /// <summary>Listens on a free port; between finding it and taking it someone else may, and a listener that could not start is good for nothing.</summary>
    public static (HttpListener Listener, string Url) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            var url = $"http://127.0.0.1:{Ports.Free()}";
            var listener = new HttpListener();
            listener.Prefixes.Add(url + "/");
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                listener.Close();
            }
        }
    }
}
