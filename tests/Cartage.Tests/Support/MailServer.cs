using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cartage.Tests.Support;

/// <summary>A mail as it was taken in.</summary>
public sealed record Mail(string From, IReadOnlyList<string> To, string Data, string? User, bool Encrypted)
{
    /// <summary>The text, out of its transfer encoding.</summary>
    public string Text => Data.Contains("base64", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Convert.FromBase64String(Data[(Data.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Replace("\r\n", "", StringComparison.Ordinal))) : QuotedPrintable(Data[(Data.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);

    static string QuotedPrintable(string text)
    {
        var joined = text.Replace("=\r\n", "", StringComparison.Ordinal);
        List<byte> bytes = [];
        for (var i = 0; i < joined.Length; i++)
            if (joined[i] == '=' && i + 2 < joined.Length && byte.TryParse(joined.AsSpan(i + 1, 2), System.Globalization.NumberStyles.HexNumber, null, out var coded))
            {
                bytes.Add(coded);
                i += 2;
            }
            else
                bytes.Add((byte)joined[i]);
        return Encoding.UTF8.GetString([.. bytes]);
    }
}

/// <summary>A mail server on 127.0.0.1 (RFC 5321, STARTTLS, AUTH LOGIN) that keeps what it takes; with a certificate it offers TLS, with a password it demands it.</summary>
public sealed class MailServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    readonly X509Certificate2? _certificate;
    readonly string? _password;
    readonly Task _serving;

    public MailServer(X509Certificate2? certificate = null, string? password = null)
    {
        (_certificate, _password) = (certificate, password);
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<Mail> Mails { get; } = [];

    /// <summary>What is answered to every sender, in place of taking the mail.</summary>
    public string? Refusal { get; set; }

    /// <summary>Set where senders are let in and nothing is said to them: done when the first has come.</summary>
    public TaskCompletionSource? Silence { get; init; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        using var _ = client;
        Stream stream = client.GetStream();
        var (user, from, to, encrypted) = ((string?)null, "", new List<string>(), false);
        try
        {
            Silence?.TrySetResult();
            if (Silence is not null)
                await Task.Delay(Timeout.Infinite, _end.Token);
            await SayAsync("220 mail.test ready");
            while (await LineAsync() is { } line)
                switch (line.Split(' ', ':')[0].ToUpperInvariant())
                {
                    case "EHLO":
                        await SayAsync(string.Join("\r\n", new[] { "250-mail.test", _certificate is not null && !encrypted ? "250-STARTTLS" : null, _password is not null ? "250-AUTH LOGIN" : null, "250 8BITMIME" }.OfType<string>()));
                        break;
                    case "STARTTLS":
                        await SayAsync("220 go on");
                        var tls = new SslStream(stream);
                        await tls.AuthenticateAsServerAsync(_certificate!);
                        (stream, encrypted) = (tls, true);
                        break;
                    case "AUTH":
                        var name = line.Split(' ') is [_, _, var first] ? Decoded(first) : await AskAsync("VXNlcm5hbWU6");
                        user = await AskAsync("UGFzc3dvcmQ6") == _password ? name : null;
                        await SayAsync(user is null ? "535 5.7.8 wrong password" : "235 welcome");
                        break;
                    case "MAIL":
                        from = line[10..].Split('>')[0].Trim('<', '>');
                        await SayAsync(Refusal ?? (_password is not null && user is null ? "530 5.7.0 who are you?" : "250 yes"));
                        break;
                    case "RCPT":
                        to.Add(line[8..].Trim('<', '>'));
                        await SayAsync("250 yes");
                        break;
                    case "DATA":
                        await SayAsync("354 go on");
                        var data = new StringBuilder();
                        while (await LineAsync() is { } text && text != ".")
                            data.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                        Mails.Enqueue(new(from, [.. to], data.ToString(), user, encrypted));
                        await SayAsync("250 taken");
                        break;
                    case "QUIT":
                        await SayAsync("221 bye");
                        return;
                    default:
                        await SayAsync("250 yes");
                        break;
                }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            return; // the client has gone
        }

        async Task SayAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), _end.Token);

        async Task<string> AskAsync(string question)
        {
            await SayAsync("334 " + question);
            return Decoded(await LineAsync() ?? "");
        }

        async Task<string?> LineAsync()
        {
            List<byte> bytes = [];
            var one = new byte[1];
            while (await stream.ReadAsync(one, _end.Token) == 1)
                if (one[0] == '\n')
                    return Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r');
                else
                    bytes.Add(one[0]);
            return null;
        }
    }

    static string Decoded(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
}
