using System.Runtime.InteropServices;
using System.Text;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

public sealed class Chunks : TestDatabase
{
    [Fact]
    public void Vectors_give_values_validity_and_texts_where_they_lie()
    {
        using var command = Command("SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'number ' || i END AS s, i % 2 = 0 AS b, (i / 10)::DECIMAL(9,1) AS d FROM range(100000) AS t(i) ORDER BY i");
        using var chunks = command.ExecuteChunks();
        Assert.Equal((4, "s", DuckDbType.Varchar, "DECIMAL(9,1)"), (chunks.FieldCount, chunks.GetName(1), chunks.GetType(1), chunks.GetTypeName(3)));
        var row = 0L;
        while (chunks.Read())
        {
            var numbers = chunks[0].Values<long>();
            var texts = chunks[1].Texts;
            Assert.True(chunks[1].HasNulls);
            Assert.False(chunks[0].HasNulls);
            Assert.Equal(1, chunks[3].Scale);
            for (var i = 0; i < chunks.Rows; i++, row++)
            {
                Assert.Equal(row, numbers[i]);
                Assert.Equal(row % 3 == 0, chunks[1].IsNull(i));
                Assert.Equal(row % 3 != 0, (chunks[1].Validity[i / 64] >> (i % 64) & 1) == 1);
                if (row % 3 != 0)
                    Assert.True(texts[i].Utf8.SequenceEqual(Encoding.UTF8.GetBytes($"number {row}")));
                Assert.Equal(row % 3 == 0 ? null : $"number {row}", chunks[1].GetString(i));
                Assert.Equal(row % 2 == 0, chunks[2].GetValue(i));
                Assert.Equal(row, chunks[3].Values<int>()[i]);
            }
        }
        Assert.Equal(100_000, row);
        Assert.Equal(0, chunks.Rows);
    }

    [Fact]
    public void A_text_copied_from_its_place_still_knows_its_bytes()
    {
        using var chunks = Command("FROM (VALUES ('short'), ('twelve bytes'), ('thirteen byte')) AS t(s)").ExecuteChunks();
        Assert.True(chunks.Read());
        var texts = chunks[0].Texts.ToArray();
        Assert.Equal(["short", "twelve bytes", "thirteen byte"], texts.Select(t => t.ToString()).OrderBy(t => t.Length));
        Assert.Equal(16, Marshal.SizeOf<DuckDbText>());
    }

    [Fact]
    public void A_vector_is_not_seen_as_another_type_nor_beyond_its_end()
    {
        using var chunks = Command("SELECT 1 AS i, 'x' AS s").ExecuteChunks();
        Assert.Throws<InvalidOperationException>(() => chunks[0]);
        Assert.True(chunks.Read());
        Assert.Throws<InvalidCastException>(() => chunks[0].Values<long>().Length);
        Assert.Throws<InvalidCastException>(() => chunks[0].Texts.Length);
        Assert.Throws<InvalidCastException>(() => chunks[0].GetString(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => chunks[0].GetValue(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => chunks[0].IsNull(-1));
        Assert.Equal(1L, chunks[0].GetFieldValue<long>(0));
    }

    [Fact]
    public async Task Rows_come_as_they_are_computed_and_memory_stays_the_same()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = new DuckDbConnection("threads=2");
        connection.Open();
        await using var command = Command(connection, "SELECT repeat('x', 1000) AS s FROM range(4000000)");
        var before = Environment.WorkingSet;
        var (rows, most) = (0L, 0L);
        using var chunks = await command.ExecuteChunksAsync(ct);
        while (await chunks.ReadAsync(ct))
        {
            rows += chunks.Rows;
            most = Math.Max(most, Environment.WorkingSet - before);
        }
        Assert.Equal(4_000_000, rows);
        // Four gigabytes went by.
        Assert.InRange(most, long.MinValue, 1_500_000_000);
    }
}
