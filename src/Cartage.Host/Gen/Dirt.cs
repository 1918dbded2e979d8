using System.Text;

namespace Cartage.Host.Gen;

/// <summary>Makes dirty files of clean ones, and the manifest of every record that is broken or hangs on one that is.</summary>
sealed class Dirt(GenFolder folder, long seed)
{
    readonly Dictionary<string, HashSet<string>> _setAside = DirtyFeed.All.ToDictionary(f => f.Name, _ => new HashSet<string>());

    /// <summary>Writes all files to the root, broken where they are to be, and returns them as they are then, with the length of the manifest.</summary>
    public (List<GenFile> Files, long Lines) Spread(IReadOnlyList<GenFile> files, CancellationToken ct)
    {
        using var manifest = new DirtManifest(folder.Manifest);
        var dirty = new Dictionary<string, GenFile>();
        foreach (var feed in DirtyFeed.All)
        {
            var rows = Soil(feed, files.Single(f => f.Name == feed.Name).Rows, manifest, ct);
            dirty[feed.Name] = new(feed.Name, rows, new FileInfo(GenFolder.File(folder.Root, feed.Name)).Length);
        }
        foreach (var clean in files.Where(f => !dirty.ContainsKey(f.Name)))
            File.Copy(GenFolder.File(folder.Clean, clean.Name), GenFolder.File(folder.Root, clean.Name), overwrite: true);
        return ([.. files.Select(f => dirty.GetValueOrDefault(f.Name, f))], manifest.Lines);
    }

    long Soil(DirtyFeed feed, long rows, DirtManifest manifest, CancellationToken ct)
    {
        var dice = Dice.Of(seed, feed.Name);
        var plan = Plan(feed, rows, dice);
        using var reader = new StreamReader(GenFolder.File(folder.Clean, feed.Name), Encoding.UTF8, false, 1 << 16);
        using var writer = new DirtyFile(folder, feed, reader.ReadLine()!.Split(','), manifest);
        var due = new Queue<Fault>();
        for (var record = 1L; reader.ReadLine() is { } line; record++)
        {
            if (record % 65536 == 0)
                ct.ThrowIfCancellationRequested();
            foreach (var fault in plan.GetValueOrDefault(record, []))
                due.Enqueue(fault);
            // A value with a comma or a quote stays whole: only plain lines are cut at commas.
            var plain = !line.Contains('"');
            if (plain && Orphan(feed, writer.Header, line) is { } column)
                SetAside(feed, writer.Orphan(line, column));
            else if (plain && due.TryDequeue(out var fault))
                SetAside(feed, writer.Break(fault, line, record + dice.Roll(40), dice));
            else
                writer.Write(line);
            writer.Catch(record);
        }
        writer.Catch(long.MaxValue);
        return writer.Records;
    }

    void SetAside(DirtyFeed feed, Breakage what)
    {
        if (what is { Key: { } key, Reason: not "exact_duplicate" })
            _setAside[feed.Name].Add(key);
    }

    string? Orphan(DirtyFeed feed, string[] header, string line)
    {
        if (feed.Parents.Count == 0)
            return null;
        var values = line.Split(',');
        return feed.Parents.FirstOrDefault(p => _setAside[p.Value].Contains(values[Array.IndexOf(header, p.Key)])).Key;
    }

    // Not among the last rows: a fault may have to wait for the next row that is sound.
    static Dictionary<long, List<Fault>> Plan(DirtyFeed feed, long rows, Dice dice)
    {
        var plan = new Dictionary<long, List<Fault>>();
        var each = Math.Max(feed.Amount.Least, (long)(rows * feed.Amount.Share / feed.Faults.Count));
        foreach (var fault in feed.Faults.Keys)
            for (var i = 0L; i < each; i++)
            {
                var record = 1 + dice.Roll(rows * 19 / 20);
                if (!plan.TryAdd(record, [fault]))
                    plan[record].Add(fault);
            }
        return plan;
    }
}
