using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

/// <summary>The provider's README shows what runs here, word for word.</summary>
public sealed class Readme
{
    [Fact]
    public void The_example_runs()
    {
        var folder = Directory.CreateTempSubdirectory("cartage-readme-");
        using var Console = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);

        using var connection = new DuckDbConnection("DataSource=shop.duckdb;threads=4;memory_limit=1GB".Replace("shop", folder.FullName + "/shop", StringComparison.Ordinal));
        connection.Open();

        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE orders (id BIGINT, day DATE, total DECIMAL(10, 2), tags VARCHAR[])";
        command.ExecuteNonQuery();

        using (var appender = connection.CreateAppender("orders"))
        {
            appender.AppendRow(1L, new DateOnly(2026, 1, 31), 12.50m, new[] { "new", "gift" });
            appender.AppendRow(2L, new DateOnly(2026, 2, 1), 7.25m, Array.Empty<string>());
            appender.Close();
        }

        command.CommandText = "SELECT day, total, tags FROM orders WHERE total > $least ORDER BY id";
        command.Parameters.Add("least", 10m);
        using (var reader = command.ExecuteReader())
            while (reader.Read())
                Console.WriteLine($"{reader.GetFieldValue<DateOnly>(0)} {reader.GetDecimal(1)} {string.Join(", ", reader.GetFieldValue<string[]>(2))}");

        // The same as chunks of up to 2,048 rows, a vector a column, nothing copied.
        command.CommandText = "SELECT id FROM orders";
        using var chunks = command.ExecuteChunks();
        var sum = 0L;
        while (chunks.Read())
            foreach (var id in chunks[0].Values<long>())
                sum += id;

        Assert.Equal("01/31/2026 12.50 new, gift\n", Console.ToString());
        Assert.Equal(3, sum);
        connection.RegisterFunction("half", (double x) => x / 2);
        command.CommandText = "SELECT half(3)";
        chunks.Dispose();
        Assert.Equal(1.5, command.ExecuteScalar());
        connection.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void The_example_is_the_one_that_runs()
    {
        var shown = Lines(File.ReadAllText(Path.Combine(FolderOrder.Root(), "src", "Cartage.DuckDb", "README.md")).Split("```csharp\n")[1].Split("```")[0]);
        var run = Lines(File.ReadAllText(Path.Combine(FolderOrder.Root(), "tests", "Cartage.Tests", "DuckDb", "Readme.cs")).Replace(".Replace(\"shop\", folder.FullName + \"/shop\", StringComparison.Ordinal)", "", StringComparison.Ordinal));
        Assert.Contains(string.Join('\n', shown), string.Join('\n', run), StringComparison.Ordinal);
    }

    static IEnumerable<string> Lines(string text) => text.Split('\n').Select(x => x.Trim()).Where(x => x.Length > 0);
}
