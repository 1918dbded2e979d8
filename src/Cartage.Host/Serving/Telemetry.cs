using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cartage.Host.Commands;
using Cartage.Runs;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cartage.Host.Serving;

/// <summary>What the runs do as OpenTelemetry's traces, metrics and logs, over OTLP/HTTP; off unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.</summary>
sealed class Telemetry : IAsyncDisposable
{
    const string Name = "Cartage";
    readonly ActivitySource _source = new(Name);
    readonly Meter _meter = new(Name);
    readonly Counter<long> _tasks;
    readonly Histogram<double> _seconds;
    readonly OpenTelemetrySdk _sdk;
    readonly ILogger _log;
    readonly CancellationTokenSource _closing = new();
    readonly Dictionary<string, Activity?> _open = [];
    readonly Task _following;

    Telemetry(RunStore store, string endpoint)
    {
        (_tasks, _seconds) = (_meter.CreateCounter<long>("cartage.tasks"), _meter.CreateHistogram<double>("cartage.run.duration", "s"));
        _sdk = OpenTelemetrySdk.Create(x => x
            .ConfigureResource(r => r.AddService("cartage", serviceVersion: VersionCommand.Version))
            .WithTracing(t => t.AddSource(Name).AddOtlpExporter(o => To(o, endpoint, "traces")))
            .WithMetrics(m => m.AddMeter(Name).AddOtlpExporter(o => To(o, endpoint, "metrics")))
            .WithLogging(l => l.AddOtlpExporter(o => To(o, endpoint, "logs"))));
        _log = _sdk.GetLoggerFactory().CreateLogger("Cartage.Runs");
        _following = FollowAsync(store, _closing.Token);
    }

    /// <summary>Starts to tell, where the environment or <paramref name="endpoint"/> says whom.</summary>
    public static Telemetry? Start(RunStore store, string? endpoint = null) =>
        (endpoint ?? Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")) is { Length: > 0 } to ? new(store, to.TrimEnd('/')) : null;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _following;
        foreach (var activity in _open.Values)
            activity?.Dispose();
        _sdk.Dispose(); // what is not sent yet is sent
        _source.Dispose();
        _meter.Dispose();
        _closing.Dispose();
    }

    static void To(OtlpExporterOptions options, string endpoint, string signal) => (options.Protocol, options.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri($"{endpoint}/v1/{signal}"));

    async Task FollowAsync(RunStore store, CancellationToken ct)
    {
        try
        {
            await foreach (var e in store.FollowAsync(ct))
                Tell(e);
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    void Tell(RunEvent e)
    {
        var state = e.State.ToString().ToLowerInvariant();
        var level = e.State is RunState.Failed or RunState.Rejected ? LogLevel.Error : LogLevel.Information;
        _log.Log(level, "{Run} {Kind} {Task} {State}: {Message}", e.RunId, e.Kind, e.Task, state, e.Message);
        var key = $"{e.RunId} {e.Kind} {e.Task}";
        if (e.State == RunState.Running)
        {
            _open.TryAdd(key, Begin(e));
            return;
        }
        if (e.State == RunState.Queued)
            return;
        if (e.Task.Length > 0)
            _tasks.Add(1, new("kind", e.Kind), new("state", state));
        if (_open.Remove(key, out var activity) && activity is not null)
            End(activity, e, state);
    }

    Activity? Begin(RunEvent e)
    {
        var parent = _open.GetValueOrDefault($"{e.RunId} run ")?.Context ?? default;
        return _source.StartActivity(e.Task.Length > 0 ? $"{e.Kind} {e.Task}" : "run", ActivityKind.Internal, parent, [new("cartage.run", e.RunId)], startTime: e.At);
    }

    void End(Activity activity, RunEvent e, string state)
    {
        activity.SetTag("cartage.state", state);
        activity.SetStatus(e.State is RunState.Failed or RunState.Rejected ? ActivityStatusCode.Error : ActivityStatusCode.Ok, e.Message);
        activity.SetEndTime(e.At.UtcDateTime);
        if (e.Task.Length == 0)
            _seconds.Record(activity.Duration.TotalSeconds, new KeyValuePair<string, object?>("state", state));
        activity.Dispose();
    }
}
