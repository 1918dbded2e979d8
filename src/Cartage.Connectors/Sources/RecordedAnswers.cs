using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Cartage.Connectors.Sources;

/// <summary>Answers requests from files: a folder a day (<c>yyyy-MM-dd</c>), and in it <see cref="NameOf"/>; what is asked is answered as it was on the newest day up to <paramref name="day"/>.</summary>
public sealed class RecordedAnswers(string folder, DateOnly day) : HttpMessageHandler
{
    /// <summary>The file of a question: its path as folders, its parameters by name, <c>name=value</c> with <c>&amp;</c> between.</summary>
    public static string NameOf(string path, IEnumerable<KeyValuePair<string, string>> query)
    {
        var name = string.Join('&', query.OrderBy(q => q.Key, StringComparer.Ordinal).Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value)}"));
        return path.Trim('/') + (name.Length > 0 ? "/" + name : "") + ".json";
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var query = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => KeyValuePair.Create(Uri.UnescapeDataString(p[0]), Uri.UnescapeDataString(p.ElementAtOrDefault(1) ?? "")));
        var name = NameOf(uri.AbsolutePath, query);
        if (Days().Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists) is not { } file)
            return new(HttpStatusCode.NotFound) { RequestMessage = request, Content = new StringContent($"no file {name} was recorded in {folder} up to {day:yyyy-MM-dd}") };
        var content = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellationToken));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new(HttpStatusCode.OK) { RequestMessage = request, Content = content };
    }

    IEnumerable<string> Days() =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Where(d => DateOnly.TryParseExact(Path.GetFileName(d), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && at <= day).OrderDescending(StringComparer.Ordinal)
            : [];
}
