namespace Cartage.Alerts;

/// <summary>A way to tell people: mail, a chat, a topic. What it throws is a <see cref="PipelineException"/>, transient where trying again later may help.</summary>
public interface INotifier : IDisposable
{
    /// <summary>Sends one message, which is with them or will be when this returns.</summary>
    Task SendAsync(Message message, CancellationToken ct);
}
