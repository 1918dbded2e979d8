using System.Net;
using System.Net.Mail;
using System.Text;
using Cartage.Alerts;

namespace Cartage.Connectors.Notifiers;

/// <summary>A mail server and who gets mail; with TLS the connection is upgraded by STARTTLS, and without it a password is not sent.</summary>
sealed record SmtpOptions(Uri Url, IReadOnlyList<string> To, string From, string? User, string? Password, bool Tls)
{
    const int Plain = 25;

    public int Port => Url.Port > 0 ? Url.Port : Plain;

    public static SmtpOptions Read(Settings settings)
    {
        var url = settings.Url("url", "smtp");
        var to = settings.Required("to").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var address in to.Append(settings.Text("from") ?? to[0]))
            if (!MailAddress.TryCreate(address, out _))
                throw settings.Wrong("to", $"'{address}' is no mail address");
        var (user, password) = url.UserInfo.Split(':', 2) is [var u, var p] ? (Uri.UnescapeDataString(u), Uri.UnescapeDataString(p)) : (settings.Text("user"), settings.Text("password"));
        return new(url, to, settings.Text("from") ?? $"cartage@{to[0].Split('@')[1]}", user, password, settings.Choice("tls", user is null ? "none" : "starttls", "none", "starttls", "insecure") is var tls && tls == "starttls")
        {
            Insecure = tls == "insecure",
        };
    }

    public bool Insecure { get; private init; }
}

/// <summary>Sends notices as mail (RFC 5321), plain text.</summary>
sealed class SmtpNotifier(SmtpOptions options) : INotifier
{
    public async Task SendAsync(Message message, CancellationToken ct)
    {
        if (options is { User: not null, Tls: false, Insecure: false })
            throw new PipelineException($"{options.Url.Host}:{options.Port}: a password would travel in plain text", hint: "Set 'tls: starttls', or 'tls: insecure' if that is meant.");
        try
        {
            using var client = new SmtpClient(options.Url.Host, options.Port) { EnableSsl = options.Tls, Credentials = options.User is null ? null : new NetworkCredential(options.User, options.Password) };
            using var mail = new MailMessage { From = new(options.From), Subject = message.Subject, SubjectEncoding = Encoding.UTF8, Body = message.Text, BodyEncoding = Encoding.UTF8, HeadersEncoding = Encoding.UTF8 };
            foreach (var address in options.To)
                mail.To.Add(address);
            await client.SendMailAsync(mail, ct);
        }
        catch (SmtpException e)
        {
            throw new PipelineException($"{options.Url.Host}:{options.Port}: the mail server did not take the message: {Whole(e)}", IsPassing(e), Hint(e), e);
        }
    }

    public void Dispose() => GC.SuppressFinalize(this);

    static string Whole(Exception e) => e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{e.Message} {Whole(inner)}" : e.Message;

    static bool IsPassing(SmtpException e) => e.StatusCode is SmtpStatusCode.GeneralFailure or SmtpStatusCode.ServiceNotAvailable or SmtpStatusCode.MailboxBusy or SmtpStatusCode.LocalErrorInProcessing or SmtpStatusCode.InsufficientStorage or SmtpStatusCode.ServiceClosingTransmissionChannel;

    static string Hint(SmtpException e) =>
        e.StatusCode == SmtpStatusCode.MustIssueStartTlsFirst || e.Message.Contains("5.7.", StringComparison.Ordinal) ? "Look at 'user', 'password' and 'tls' of the connection." : "Look at 'url' of the connection, and whether the server is up.";
}
