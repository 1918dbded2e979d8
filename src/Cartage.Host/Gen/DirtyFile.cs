using System.Text;

namespace Cartage.Host.Gen;

/// <summary>A file that is written with its faults, each told to the manifest where it lands.</summary>
sealed class DirtyFile : IDisposable
{
    readonly DirtyFeed _feed;
    readonly DirtManifest _manifest;
    readonly FileStream _file;
    readonly PriorityQueue<(Breakage What, string Clean), long> _later = new();

    public DirtyFile(GenFolder folder, DirtyFeed feed, string[] header, DirtManifest manifest)
    {
        (_feed, Header, _manifest) = (feed, header, manifest);
        _file = new(GenFolder.File(folder.Root, feed.Name), FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        Put(Encoding.UTF8.GetBytes(string.Join(',', header)));
    }

    public string[] Header { get; }

    public long Records { get; private set; }

    public void Write(string line)
    {
        Records++;
        Put(Encoding.UTF8.GetBytes(line));
    }

    /// <summary>A line that is sound but hangs on one that is set aside.</summary>
    public Breakage Orphan(string line, string column) =>
        Tell(new(Encoding.UTF8.GetBytes(line), "parent_quarantined", column, Breakage.KeyOf(_feed, Header, line.Split(','))), line);

    /// <summary>A line with a fault; second records of a key come some rows later, and a first record that is contradicted is itself set aside.</summary>
    public Breakage Break(Fault fault, string line, long later, Dice dice)
    {
        var broken = Breakage.Of(fault, _feed, Header, line, dice);
        if (fault is not (Fault.KeyConflict or Fault.ExactDuplicate))
            return Tell(broken, line);
        _later.Enqueue((broken, line), later);
        if (fault == Fault.KeyConflict)
            return Tell(broken with { Line = Encoding.UTF8.GetBytes(line) }, line);
        Write(line);
        return broken;
    }

    /// <summary>Writes the added records whose time has come.</summary>
    public void Catch(long record)
    {
        while (_later.TryPeek(out var added, out var due) && due <= record)
        {
            _later.Dequeue();
            Tell(added.What, added.Clean);
        }
    }

    public void Dispose() => _file.Dispose();

    Breakage Tell(Breakage what, string clean)
    {
        Records++;
        Put(what.Line);
        _manifest.Add(new($"{_feed.Name}.csv", _feed.Name, Records + 1, Records, what.Key, what.Reason, what.Column), what.Line, clean);
        return what;
    }

    void Put(ReadOnlySpan<byte> line)
    {
        _file.Write(line);
        _file.WriteByte((byte)'\n');
    }
}
