using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Cartage.Alerts;
using Cartage.Runs;
using Cartage.Tests.Cli;
using Cartage.Tests.Support;
using Engine = Cartage.Connectors.Connectors;

namespace Cartage.Tests.Automation;

/// <summary>What people are told, by mail and over HTTP, as a receiver gets it.</summary>
public sealed class TellingPeople
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Mail_has_counts_the_first_error_what_to_type_and_a_link()
    {
        await using var server = new MailServer();
        using var project = Project($"mail: {{ type: smtp, url: 'smtp://127.0.0.1:{server.Port}', to: [ops@shop.example, ann@shop.example] }}");

        await SendAsync(project, "mail", Notices.Of(Rejected(), null, "https://data.shop.example/")!);

        var mail = Assert.Single(server.Mails);
        Assert.Equal(("cartage@shop.example", "ops@shop.example ann@shop.example", null, false), (mail.From, string.Join(' ', mail.To), mail.User, mail.Encrypted));
        Assert.Contains("Subject: [shop] orders was rejected: nothing was published", mail.Data, StringComparison.Ordinal);
        foreach (var part in new[] { "1 check failed: total is négative", "lines: 1,000 read, 990 new, 4 changed, 6 set aside", "Next: Mend the data.", "https://data.shop.example/runs/20260305T120000Z-aaaa" })
            Assert.Contains(part, mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_wants_a_password_gets_it_only_over_TLS()
    {
        using var certificate = SelfSigned("localhost");
        await using var server = new MailServer(certificate, "sécret");
        using var project = Project($"mail: {{ type: smtp, url: 'smtp://localhost:{server.Port}', user: ann, password: '${{secret:MAIL_PASSWORD}}', to: ops@shop.example }}\n  plain: {{ type: smtp, url: 'smtp://ann:x@localhost:{server.Port}', tls: none, to: ops@shop.example }}");
        project.Write("ca.pem", certificate.ExportCertificatePem());

        var good = await RunAsync(project, "sécret", "notify", "test", "mail");
        Assert.True(good.Code == 0, good.Out + good.Error);
        var mail = Assert.Single(server.Mails);
        Assert.Equal(("ann", true), (mail.User, mail.Encrypted));
        var wrong = await RunAsync(project, "guess", "notify", "test", "mail");
        Assert.Equal(1, wrong.Code);
        Assert.Contains("Look at 'user', 'password' and 'tls'", wrong.Out, StringComparison.Ordinal);
        Assert.Contains("a password would travel in plain text", (await RunAsync(project, "sécret", "notify", "test", "plain")).Out, StringComparison.Ordinal);
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var certificate = SelfSigned("localhost");
        await using var server = new MailServer(certificate);
        using var project = Project($"mail: {{ type: smtp, url: 'smtp://localhost:{server.Port}', tls: starttls, to: ops@shop.example }}");

        await Assert.ThrowsAsync<PipelineException>(() => SendAsync(project, "mail", Notices.Of(Rejected(), null, null)!));
        Assert.Empty(server.Mails);
    }

    [Theory]
    [InlineData("json", "notices.0.error", "1 check failed: total is négative <b>")]
    [InlineData("json", "notices.0.facts.1", "lines: 1,000 read, 990 new, 4 changed, 6 set aside")]
    [InlineData("json", "notices.0.kind", "rejected")]
    [InlineData("slack", "text", "[shop] orders was rejected: nothing was published")]
    [InlineData("slack", "blocks.0.text.type", "mrkdwn")]
    [InlineData("teams", "attachments.0.contentType", "application/vnd.microsoft.card.adaptive")]
    [InlineData("teams", "attachments.0.content.body.0.text", "orders was rejected: nothing was published")]
    [InlineData("teams", "attachments.0.content.actions.0.url", "https://data.shop.example/runs/20260305T120000Z-aaaa")]
    public async Task A_webhook_gets_its_shape(string format, string path, string value)
    {
        await using var api = new TestApi(_ => new("ok"));
        using var project = Project($"chat: {{ type: webhook, url: '{api.Url}/hook/T0?x=1', format: {format}, headers: {{ X-Team: data }}, secret: hush }}");

        await SendAsync(project, "chat", Notices.Of(Rejected(), null, "https://data.shop.example")!);

        var asked = Assert.Single(api.Asked);
        Assert.Equal(("/hook/T0?x=1", "data"), (asked.PathAndQuery, asked.Headers["X-Team"]));
        Assert.Equal("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("hush"u8, Encoding.UTF8.GetBytes(asked.Body))), asked.Headers["X-Cartage-Signature"]);
        var at = JsonDocument.Parse(asked.Body).RootElement;
        foreach (var part in path.Split('.'))
            at = int.TryParse(part, out var index) ? at[index] : at.GetProperty(part);
        Assert.Equal(value, at.GetString());
        if (format == "slack")
            Assert.DoesNotContain("<b>", asked.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_of_SNS_gets_a_signed_message()
    {
        await using var api = new TestApi(_ => new("<PublishResponse/>"));
        using var project = Project($"topic: {{ type: sns, topic: 'arn:aws:sns:eu-west-1:123456789012:shop', endpoint: '{api.Url}/', access_key_id: AKID, secret_access_key: hush }}");

        await SendAsync(project, "topic", Notices.Of(Rejected(), null, null)!);

        var asked = Assert.Single(api.Asked);
        var form = asked.Body.Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => WebUtility.UrlDecode(p[1]));
        Assert.Equal(("Publish", "arn:aws:sns:eu-west-1:123456789012:shop"), (form["Action"], form["TopicArn"]));
        Assert.Contains("négative", form["Message"], StringComparison.Ordinal);
        Assert.Equal(Signed(asked, new Uri(api.Url).Authority, "hush"), asked.Headers["Authorization"]);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_tried_again_and_comes_once()
    {
        var down = true;
        await using var api = new TestApi(_ => down ? new("later", 503) : new("ok"));
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "description: x");
        var herald = Herald(bench, $"chat: {{ type: webhook, url: '{api.Url}' }}", "notifications: { via: [chat] }");
        var clock = (FakeClock)bench.Clock;
        await herald.CollectAsync(Never);
        await bench.SaveAsync("20260305T120000Z-aaaa", RunState.Failed);
        await herald.CollectAsync(Never);

        Assert.True(await herald.DeliverAsync(false, Never));
        Assert.True(await herald.DeliverAsync(false, Never)); // not before its time
        Assert.Single(api.Asked);
        Assert.Contains("503", Assert.Single(herald.Troubles).Why, StringComparison.Ordinal);
        down = false;
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(await herald.DeliverAsync(false, Never));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(await herald.DeliverAsync(false, Never));
        Assert.Equal(2, api.Asked.Count);
    }

    [Fact]
    public async Task The_same_trouble_is_told_once_and_counted_and_its_end_is_told()
    {
        await using var api = new TestApi(_ => new("ok"));
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "description: x");
        var herald = Herald(bench, $"chat: {{ type: webhook, url: '{api.Url}' }}", "notifications: { via: [chat], repeat: 4h }");
        await herald.CollectAsync(Never);
        foreach (var (state, hours) in new[] { (RunState.Failed, 0.0), (RunState.Failed, 1), (RunState.Failed, 1), (RunState.Failed, 3), (RunState.Succeeded, 0.1), (RunState.Succeeded, 0.1), (RunState.Failed, 0.1) })
        {
            ((FakeClock)bench.Clock).Advance(TimeSpan.FromHours(hours));
            await bench.SaveAsync(bench.Workspace.NewRunId(), state);
            await herald.CollectAsync(Never);
            await herald.DeliverAsync(false, Never);
        }

        var told = api.Asked.Select(a => JsonDocument.Parse(a.Body).RootElement.GetProperty("notices")[0]).Select(n => $"{n.GetProperty("kind").GetString()}+{n.GetProperty("repeats").GetInt32()}");
        Assert.Equal("failed+0 failed+2 recovered+0 failed+0", string.Join(' ', told));
    }

    [Fact]
    public async Task Much_at_once_is_one_message()
    {
        await using var server = new MailServer();
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "description: x");
        var herald = Herald(bench, $"mail: {{ type: smtp, url: 'smtp://127.0.0.1:{server.Port}', to: ops@shop.example }}", "notifications: { via: [mail], on: [failed, succeeded], digest: 30s }");
        await herald.CollectAsync(Never);
        for (var n = 0; n < 20; n++)
            await bench.SaveAsync(bench.Workspace.NewRunId(), n % 4 == 0 ? RunState.Failed : RunState.Succeeded);
        await herald.CollectAsync(Never);
        Assert.True(await herald.DeliverAsync(waitForMore: true, Never));
        Assert.Empty(server.Mails);
        ((FakeClock)bench.Clock).Advance(TimeSpan.FromSeconds(31));
        Assert.False(await herald.DeliverAsync(waitForMore: true, Never));

        Assert.Contains("5 failed; 10 succeeded", Assert.Single(server.Mails).Data.Replace("\r\n ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notify: { on: [failed], via: [other] }", RunState.Failed, "other")]
    [InlineData("notify: { on: [failed], via: [other] }", RunState.Rejected, "")]
    [InlineData("notify: { on: [rejected] }", RunState.Rejected, "chat")] // its own kinds, the project's way
    [InlineData("description: x", RunState.Quarantined, "chat")]
    [InlineData("description: x", RunState.Succeeded, "")]
    [InlineData("description: x", RunState.Cancelled, "")]
    public async Task Who_is_told_is_what_the_rules_say(string pipeline, RunState state, string via)
    {
        await using var bench = await Bench.OpenAsync(new FakeClock("2026-03-05T12:00Z"), "description: x");
        bench.Files.Write("pipelines/shop/pipeline.yml", pipeline + "\n");
        var herald = Herald(bench, "chat: { type: webhook, url: 'http://127.0.0.1:1' }\n  other: { type: webhook, url: 'http://127.0.0.1:1' }", "notifications: { via: [chat] }");
        await herald.CollectAsync(Never);
        await bench.SaveAsync("20260305T120000Z-aaaa", state);
        await herald.CollectAsync(Never);

        Assert.Equal(via, string.Join(' ', (await herald.Outbox.OpenAsync(Never)).Select(n => n.Via)));
    }

    [Fact]
    public async Task A_run_of_the_command_line_tells_too_and_what_it_could_not_send_the_next_one_does()
    {
        await using var server = new MailServer { Refusal = "451 4.3.0 not now" };
        using var project = SmallShop.Create().Write("project.yml", $"name: small\nnotifications: {{ via: [mail] }}\nconnections:\n  mail: {{ type: smtp, url: 'smtp://127.0.0.1:{server.Port}', to: ops@shop.example }}\n");

        var first = await Typed.InAsync(project.Root, "run"); // there are no files
        Assert.Equal(1, first.Code);
        Assert.Contains("Notices through 'mail' were not sent", first.Error, StringComparison.Ordinal);
        server.Refusal = null;
        project.Write("in/customers.csv", "customer_id,name,is_active\n1,Ann,Y\n").Write("in/orders.csv", "order_id,customer_id,order_date,amount\n1,1,2026-03-01,5\n");
        Assert.Equal(0, (await Typed.InAsync(project.Root, "run")).Code);

        var text = Assert.Single(server.Mails).Text;
        Assert.Contains("shop failed", text, StringComparison.Ordinal);
        Assert.Contains("shop runs again", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_does_not_wait_for_ever_for_a_server_that_says_nothing()
    {
        await using var server = new MailServer { Silence = new() };
        await using var api = new TestApi(_ => new("") { Hangs = true });
        using var project = Project($"mail: {{ type: smtp, url: 'smtp://127.0.0.1:{server.Port}', to: ops@shop.example }}\n  chat: {{ type: webhook, url: '{api.Url}' }}");
        var clock = new FakeClock("2026-03-05T12:00Z");

        var mailed = Typed.AtAsync(clock, project.Root, "notify", "test", "mail");
        await server.Silence.Task;
        clock.Advance(TimeSpan.FromSeconds(30));
        var posted = Typed.AtAsync(clock, project.Root, "notify", "test", "chat");
        await Wait.UntilAsync(() => Task.FromResult(!api.Asked.IsEmpty));
        clock.Advance(TimeSpan.FromSeconds(30));

        foreach (var answer in new[] { await mailed.WaitAsync(Wait.Longest), await posted.WaitAsync(Wait.Longest) })
        {
            Assert.Equal(1, answer.Code);
            Assert.Contains("no answer within 30 s", answer.Out, StringComparison.Ordinal);
        }
    }

    static async Task SendAsync(TestProject project, string via, Notice notice)
    {
        var loaded = project.Load();
        Assert.Empty(Engine.Findings(loaded.Project));
        using var notifier = Engine.OpenNotifier(loaded.Project, via, TimeProvider.System);
        await notifier.SendAsync(Message.Of(loaded.Project.Name, notice), Never);
    }

    static TestProject Project(string connections) => new TestProject().Write("project.yml", $"name: shop\nconnections:\n  {connections}\n").Write("pipelines/orders/pipeline.yml", "description: x\n");

    static Herald Herald(Bench bench, string connections, string notifications)
    {
        var loaded = bench.Files.Write("project.yml", $"name: small\n{notifications}\nconnections:\n  {connections}\n").Load();
        Assert.Empty(loaded.Findings);
        return new(() => loaded.Project, bench.Workspace.Store, (p, via) => Engine.OpenNotifier(p, via, bench.Clock), () => null, bench.Clock);
    }

    static RunResult Rejected() =>
        new("20260305T120000Z-aaaa", "orders", RunState.Rejected, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)), DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(3))
        {
            Message = "1 check failed: total is négative <b>",
            Hint = "Mend the data.",
            Equations = [new("lines", 1000, 990, 4, 0, 0, 0, 0, 6)],
        };

    static X509Certificate2 SelfSigned(string host)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    // The signature computed anew from what arrived (AWS Signature Version 4).
    static string Signed(Asked asked, string host, string secret)
    {
        var (time, names) = (asked.Headers["x-amz-date"]!, "content-type;host;x-amz-date");
        static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var canonical = $"POST\n/\n\ncontent-type:{asked.Headers["Content-Type"]}\nhost:{host}\nx-amz-date:{time}\n\n{names}\n{Hash(asked.Body)}";
        var scope = $"{time[..8]}/eu-west-1/sns/aws4_request";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}")));
        return $"AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders={names}, Signature={signature}";
    }

    static async Task<Answer> RunAsync(TestProject project, string password, params string[] args)
    {
        var start = new System.Diagnostics.ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cartage"), args) { WorkingDirectory = project.Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["MAIL_PASSWORD"] = password;
        start.Environment["SSL_CERT_FILE"] = Path.Combine(project.Root, "ca.pem");
        using var process = System.Diagnostics.Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }
}
