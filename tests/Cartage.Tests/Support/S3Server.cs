using System.Diagnostics;
using Cartage.Connectors.ObjectStores;
using Cartage.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedS3))]

namespace Cartage.Tests.Support;

/// <summary>One server for all tests that want a bucket of their own; started by the first and stopped after the last.</summary>
public sealed class SharedS3 : IAsyncDisposable
{
    readonly Lazy<Task<S3Server>> _server = new(() => S3Server.StartAsync());
    int _buckets;

    /// <summary>A new, empty bucket; the test is skipped where there is no server.</summary>
    internal async Task<S3Options> CreateBucketAsync(string prefix = "")
    {
        S3Server.SkipWithout();
        var server = await _server.Value;
        var options = server.Options($"bucket-{Interlocked.Increment(ref _buckets)}", prefix);
        using var client = S3Client.Create(options);
        await client.PutBucketAsync(options.Bucket);
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}

/// <summary>A real S3 server (Ceph's gateway) in a temporary folder on free ports of 127.0.0.1.</summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string AccessKey = "shop-key", SecretKey = "shop-secret";

    static readonly string[] Programs = ["ceph", "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool"];

    readonly Process _process;

    S3Server(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public string Endpoint => $"http://127.0.0.1:{Port}";

    public static void SkipWithout()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (Programs.Any(p => !folders.Any(f => File.Exists(Path.Combine(f, p)))))
            Assert.Skip("s3: there is no S3 server here (apt-get install radosgw ceph-mon ceph-osd ceph-common)");
    }

    /// <summary>Starts a server; a port that somebody else took in between is worth another try.</summary>
    public static async Task<S3Server> StartAsync()
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await StartOnceAsync();
            }
            catch (InvalidOperationException) when (attempt < 3) { }
    }

    static async Task<S3Server> StartOnceAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), "cartage-s3-" + Path.GetRandomFileName());
        var (monitor, gateway) = (Ports.Free(), Ports.Free());
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "s3-server.sh"), folder, $"{monitor}", $"{gateway}"];
        var process = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        List<string> said = [];
        var ready = new TaskCompletionSource();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"the S3 server ended: {string.Join('\n', said)}"));
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await ready.Task.WaitAsync(Wait.Longest);
        return new(process, gateway);

        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (said)
                said.Add(line.Data ?? "");
            if (line.Data == "ready")
                ready.TrySetResult();
        }
    }

    internal S3Options Options(string bucket, string prefix = "") =>
        new(bucket, prefix) { Endpoint = Endpoint, Region = "us-east-1", PathStyle = true, AccessKeyId = AccessKey, SecretAccessKey = SecretKey, Timeout = Wait.Longest };

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Wait.Longest);
        _process.Dispose();
    }
}
