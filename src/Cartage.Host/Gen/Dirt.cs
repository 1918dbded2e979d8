using System.Text;
using System.Text.Json;

namespace Cartage.Host.Gen;

/// <summary>Breaks a few rows of the clean files on purpose and writes down which, how, and what they were; one row is broken in one way.</summary>
sealed class Dirt(GenFolder folder, long seed)
{
    static readonly Encoding Bytes = Encoding.Latin1; // one char a byte, so that any byte can be written

    readonly HashSet<string> _brokenCustomers = [];
    readonly HashSet<string> _brokenOrders = [];
    long _lines;

    /// <summary>Writes the dirty files and the manifest, and returns how many lines the manifest has.</summary>
    public long Spread(IReadOnlyList<GenFile> files, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Manifest)!);
        using var manifest = new StreamWriter(folder.Manifest);
        foreach (var file in files)
            File.Copy(GenFolder.File(folder.Clean, file.Name), GenFolder.File(folder.Root, file.Name), overwrite: true);
        Break("customers", 120, manifest, null, _brokenCustomers,
            [new("required", "city", f => f[6] = ""), new("key_conflict", null, f => f[5] = "1 Elsewhere Road"), new("exact_duplicate", null, _ => { })], ct);
        Break("orders", 80, manifest, (1, _brokenCustomers), _brokenOrders,
            [new("type", "order_date", f => f[3] = "2018-02-30"), new("required", "store_id", f => f[6] = ""), new("unknown_reference", "customer_id", f => f[1] = "999999999"),
            new("key_conflict", null, f => f[2] = f[2] == "1" ? "2" : "1"), new("exact_duplicate", null, _ => { })], ct);
        Break("order_items", 100, manifest, (0, _brokenOrders), [],
            [new("required", "quantity", f => f[3] = ""), new("type", "list_price", f => f[4] = "a lot"), new("unknown_reference", "product_id", f => f[2] = "999999"),
            new("columns", null, f => f[5] += ",surplus"), new("unclosed_quote", null, f => f[2] = "\"" + f[2]), new("encoding", null, f => f[5] += "\u00E9"), new("nul", null, f => f[3] += "\0"),
            new("key_conflict", null, f => f[3] = f[3] == "1" ? "2" : "1"), new("exact_duplicate", null, _ => { })], ct);
        return _lines;
    }

    void Break(string feed, int every, StreamWriter manifest, (int Column, HashSet<string> Broken)? parent, HashSet<string> broken, Kind[] kinds, CancellationToken ct)
    {
        using var clean = new StreamReader(GenFolder.File(folder.Clean, feed), Bytes);
        using var dirty = new StreamWriter(GenFolder.File(folder.Root, feed), append: false, Bytes);
        dirty.Write(clean.ReadLine() + "\n");
        long record = 0, read = 0, turn = 0;
        while (clean.ReadLine() is { } line)
        {
            ct.ThrowIfCancellationRequested();
            read++;
            record++;
            var fields = line.Split(',');
            var key = feed == "order_items" ? $"{fields[0]},{fields[1]}" : fields[0];
            if (parent is var (column, lost) && lost.Contains(fields[column]))
            {
                broken.Add(fields[0]);
                Note(manifest, feed, record, key, new("parent_quarantined", null, _ => { }), line, line);
                dirty.Write(line + "\n");
                continue;
            }
            // A quoted value could hold a comma: such rows are left alone.
            if ((read + seed) % every != 0 || line.Contains('"', StringComparison.Ordinal))
            {
                dirty.Write(line + "\n");
                continue;
            }
            var kind = kinds[turn++ % kinds.Length];
            kind.Break(fields);
            var spoilt = string.Join(',', fields);
            if (kind.Code is "key_conflict" or "exact_duplicate")
            {
                if (kind.Code == "key_conflict")
                    Note(manifest, feed, record, key, kind, line, line);
                dirty.Write(line + "\n");
                record++;
            }
            dirty.Write(spoilt + "\n");
            Note(manifest, feed, record, key, kind, spoilt, line);
            if (kind.Code != "exact_duplicate")
                broken.Add(fields[0]);
        }
    }

    void Note(StreamWriter manifest, string feed, long record, string key, Kind kind, string raw, string clean)
    {
        _lines++;
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("file", feed + ".csv");
            json.WriteString("feed", feed);
            json.WriteNumber("line", record + 1);
            json.WriteNumber("record", record);
            json.WriteString("key", key);
            json.WriteString("reason", kind.Code);
            json.WriteString("column", kind.Column);
            if (kind.Code == "encoding")
                json.WriteBase64String("raw_base64", Bytes.GetBytes(raw));
            else
                json.WriteString("raw", Encoding.UTF8.GetString(Bytes.GetBytes(raw)));
            json.WriteString("clean", Encoding.UTF8.GetString(Bytes.GetBytes(clean)));
            json.WriteEndObject();
        }
        manifest.Write(Encoding.UTF8.GetString(bytes.ToArray()) + "\n");
    }

    /// <summary>A way to break a row: its reason code, the column it is in, and what it does to the fields.</summary>
    sealed record Kind(string Code, string? Column, Action<string[]> Break);
}
