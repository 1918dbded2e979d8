using Cartage.Connectors.Warehouses;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Warehouses;

/// <summary>A table of PostgreSQL can be read at the door as it is there, type by type.</summary>
public sealed class PostgresHandsBack(SharedPostgres server)
{
    static readonly Table Source = new("shop", "ro\"ws");

    static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("boolean", "true, false, NULL", "BOOLEAN")]
    [InlineData("smallint", "-32768, 32767", "SMALLINT")]
    [InlineData("integer", "-2147483648, 2147483647, NULL", "INTEGER")]
    [InlineData("bigint", "-9223372036854775808, 9223372036854775807", "BIGINT")]
    [InlineData("numeric(10,2)", "12.34, -0.01, NULL", "DECIMAL(10,2)")]
    [InlineData("numeric(38,10)", "1234567890123456789012345678.0123456789", "DECIMAL(38,10)")]
    [InlineData("numeric(39,0)", "170141183460469231731687303715884105727", "VARCHAR")]
    [InlineData("double precision", "0.1, 'Infinity'", "DOUBLE")]
    [InlineData("date", "'2024-02-29', '1900-01-01', '9999-12-31'", "DATE")]
    [InlineData("timestamp", "'2024-02-29 12:30:00.123456', '1900-01-01', '9999-12-31'", "TIMESTAMP")]
    [InlineData("timestamptz", "'2024-02-29 12:30:00+02'", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("uuid", "'00112233-4455-6677-8899-aabbccddeeff'", "UUID")]
    [InlineData("text", "'', NULL, 'NULL', E'line\\nbreak, \"quote\", \\\\N', 'Ünïcödé 😀'", "VARCHAR")]
    [InlineData("bytea", "'\\x00ff', '\\x'", "BLOB")]
    public async Task A_value_is_the_same_at_the_door(string type, string values, string becomes)
    {
        await using var warehouse = await PostgresWarehouse.OpenAsync(new(await server.CreateDatabaseAsync(), "test", new([], Path.GetTempPath())), Now);
        await using (var connection = await warehouse.OpenAsync(Now))
        {
            await connection.ExecuteAsync("CREATE SCHEMA shop", Now);
            await connection.ExecuteAsync($"CREATE TABLE {warehouse.Dialect.Quote(Source)} (n integer, \"va\"\"lue\" {type})", Now);
            foreach (var (i, value) in Split(values).Index())
                await connection.ExecuteAsync($"INSERT INTO {warehouse.Dialect.Quote(Source)} VALUES ({i}, {value})", Now);
        }

        await using var door = await warehouse.OpenDoorAsync(Source, Now);

        Assert.Equal(becomes, await door.ScalarAsync<string>($"SELECT typeof(\"va\"\"lue\") FROM {Dialect.DuckDb.Quote(Source)} LIMIT 1", Now));
        var expected = Split(values).Select((v, i) => $"{i}: {Shown(type, v)}");
        Assert.Equal(expected, await door.QueryAsync($"SELECT n || ': ' || coalesce(CAST({(type == "bytea" ? "hex(\"va\"\"lue\")" : "\"va\"\"lue\"")} AS VARCHAR), 'nothing') FROM {Dialect.DuckDb.Quote(Source)} ORDER BY n", r => r.GetString(0), Now));
    }

    static string Shown(string type, string value) =>
        value switch
        {
            "NULL" => "nothing",
            "'Infinity'" => "inf",
            "'2024-02-29 12:30:00+02'" => "2024-02-29 10:30:00+00",
            "'\\x00ff'" => "00FF",
            "'\\x'" => "",
            "E'line\\nbreak, \"quote\", \\\\N'" => "line\nbreak, \"quote\", \\N",
            _ => value.Trim('\'') + (type == "timestamp" && value.Length == 12 ? " 00:00:00" : ""),
        };

    // At commas that are not within quotes.
    static string[] Split(string values) => System.Text.RegularExpressions.Regex.Split(values, ", (?=(?:[^']*'[^']*')*[^']*$)");
}
