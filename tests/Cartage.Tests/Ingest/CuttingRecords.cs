using System.Text;
using Cartage.Ingest;

namespace Cartage.Tests.Ingest;

public sealed class CuttingRecords
{
    static readonly Header Header = new("csv", ["a", "b"], ',', HasHeader: false, "utf-8", Returns: false, "", "''");

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void It_does_not_matter_in_which_pieces_the_bytes_arrive(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["a", ",", ",", "\n", "\n", "\"", "\"\"", "\r\n", "é", "\0", "\"x\",\"y\ny\"\n", "1,2\n"];
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(_ => pieces[random.Next(pieces.Length)])));
        Assert.Equal(Split(new MemoryStream(text)), Split(new Trickle(text, random)));
    }

    [Fact]
    public void Values_of_any_length_within_the_bound_stay_whole_across_buffers()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 60).Select(i => string.Concat(Enumerable.Repeat(i % 3 == 0 ? "ab\n\"c" : "ab,c", random.Next(1, 170_000)))).ToList();
        var text = string.Concat(values.Select(v => $"1,\"{v.Replace("\"", "\"\"")}\"\n"));
        var (records, broken, clean, _) = Split(new Trickle(Encoding.UTF8.GetBytes(text), random, longest: 3_000_000));
        Assert.Equal((60, 0), (records, broken));
        Assert.Equal(string.Concat(values.Select((v, i) => $"{i + 1},1,\"{v.Replace("\"", "\"\"")}\"\n")), clean);
    }

    static (long Records, long Broken, string Clean, string BrokenRows) Split(Stream text)
    {
        var splitter = new DelimitedRecords((byte)',', 2);
        using MemoryStream clean = new(), broken = new();
        splitter.Split(text, Header, clean, broken);
        return (splitter.Records, splitter.Broken, Encoding.UTF8.GetString(clean.ToArray()), Encoding.UTF8.GetString(broken.ToArray()));
    }

    sealed class Trickle(byte[] bytes, Random random, int longest = 9) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, longest)));
    }
}
