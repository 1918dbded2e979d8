using Cartage.Storage;

namespace Cartage.Tests.Storage;

/// <summary>Local copies of distant objects: bounded, held while they are read, and gone when they are not to be trusted.</summary>
public sealed class TheSpool : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cartage-spool-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_used_longest_ago_goes_first_and_what_is_read_stays()
    {
        var spool = Open(limit: 25);
        using var held = Add(spool, "a", 10);
        Add(spool, "b", 10).Dispose();
        Add(spool, "c", 10).Dispose();

        Assert.True(File.Exists(held.Path));
        Assert.Null(spool.Find("b"));
        using var c = spool.Find("c");
        Assert.NotNull(c);
        Assert.Equal(20, spool.Bytes);
    }

    [Fact]
    public void A_copy_that_is_replaced_stays_until_its_last_reader_is_done()
    {
        var spool = Open(limit: 100);
        var old = Add(spool, "a", 10, version: "1");
        using var fresh = Add(spool, "a", 5, version: "2");

        Assert.True(File.Exists(old.Path));
        old.Dispose();
        old.Dispose();
        Assert.False(File.Exists(old.Path));
        Assert.Equal((5, "2"), (spool.Bytes, fresh.Version));
    }

    [Fact]
    public void What_a_process_left_is_found_again_but_nothing_unfinished()
    {
        var spool = Open(limit: 100);
        Add(spool, "a", 10, version: "\"etag/1\"").Dispose();
        File.WriteAllText(spool.NewFile(), "half of it");

        var again = Open(limit: 100);
        using var found = again.Find("a");
        Assert.Equal("\"etag/1\"", found?.Version);
        Assert.Single(_folder.EnumerateFiles());
    }

    [Fact]
    public void A_folder_that_is_too_full_when_it_is_opened_is_emptied_to_the_limit()
    {
        var spool = Open(limit: 100);
        foreach (var place in new[] { "a", "b", "c" })
            Add(spool, place, 10).Dispose();
        var smaller = Open(limit: 15);
        Assert.Null(smaller.Find("nothing"));
        Assert.Equal(10, smaller.Bytes);
        Assert.Single(_folder.EnumerateFiles());
    }

    [Fact]
    public async Task Two_tasks_that_want_one_place_take_turns()
    {
        var spool = Open(limit: 100);
        var first = await spool.TakeTurnAsync("a", CancellationToken.None);
        var second = spool.TakeTurnAsync("a", CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    Spool Open(long limit) => new(_folder.FullName, limit, TimeProvider.System);

    static LocalCopy Add(Spool spool, string place, int bytes, string version = "1")
    {
        var file = spool.NewFile();
        File.WriteAllBytes(file, new byte[bytes]);
        return spool.Add(place, version, file);
    }
}
