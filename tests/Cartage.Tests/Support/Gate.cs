using System.Net;

namespace Cartage.Tests.Support;

/// <summary>Stands before a server on loopback and passes requests on, until it is told to refuse them as a server in trouble does.</summary>
public sealed class Gate : IAsyncDisposable
{
    readonly HttpListener _listener;
    readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    readonly string _behind;
    readonly Task _serving;

    public Gate(string behind)
    {
        _behind = behind;
        (_listener, Address) = TestApi.Listen();
        _serving = ServeAsync();
    }

    public string Address { get; }

    public int Requests { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Says of a request, by its number from 1 and its method, whether it is refused.</summary>
    public Func<int, string, bool> Refuses { get; set; } = (_, _) => false;

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
        _client.Dispose();
    }

    async Task ServeAsync()
    {
        List<Task> answering = [];
        try
        {
            while (true)
                answering.Add(AnswerAsync(await _listener.GetContextAsync()));
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            await Task.WhenAll(answering);
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        bool refused;
        lock (_listener)
        {
            refused = Refuses(++Requests, context.Request.HttpMethod);
            Refused += refused ? 1 : 0;
        }
        try
        {
            if (refused)
                context.Response.StatusCode = 503;
            else
                await PassAsync(context);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or HttpRequestException or IOException)
        {
            context.Response.Abort();
        }
    }

    async Task PassAsync(HttpListenerContext context)
    {
        using var request = new HttpRequestMessage(new(context.Request.HttpMethod), _behind + context.Request.RawUrl);
        if (context.Request.HasEntityBody)
            request.Content = new StreamContent(context.Request.InputStream);
        foreach (var name in context.Request.Headers.AllKeys.OfType<string>().Where(n => n is not ("Expect" or "Connection")))
            if (!request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]))
                request.Content?.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (name is "Content-Length")
                context.Response.ContentLength64 = response.Content.Headers.ContentLength!.Value;
            else if (name is not ("Connection" or "Keep-Alive" or "Transfer-Encoding"))
                context.Response.AddHeader(name, string.Join(", ", values));
        if (context.Request.HttpMethod != "HEAD" && response.StatusCode != HttpStatusCode.NotModified)
            await response.Content.CopyToAsync(context.Response.OutputStream);
    }
}
