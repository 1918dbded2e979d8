using Cartage.Connectors.Warehouses;
using Cartage.Tests.Support;
using Cartage.Warehouses;

namespace Cartage.Tests.Warehouses;

/// <summary>What the door hands over arrives in PostgreSQL as it was, type by type.</summary>
public sealed class PostgresReceives(SharedPostgres server)
{
    static readonly Table Target = new("landing", "rows");

    [Theory]
    [InlineData("BOOLEAN", "true, false, NULL", "boolean", "true;false;")]
    [InlineData("TINYINT", "-128, 127", "smallint", "-128;127")]
    [InlineData("UTINYINT", "0, 255", "smallint", "0;255")]
    [InlineData("SMALLINT", "-32768, 32767", "smallint", "-32768;32767")]
    [InlineData("USMALLINT", "65535", "integer", "65535")]
    [InlineData("INTEGER", "-2147483648, 2147483647, 0", "integer", "-2147483648;2147483647;0")]
    [InlineData("UINTEGER", "4294967295", "bigint", "4294967295")]
    [InlineData("BIGINT", "-9223372036854775808, 9223372036854775807", "bigint", "-9223372036854775808;9223372036854775807")]
    [InlineData("UBIGINT", "18446744073709551615, 10000", "numeric(20,0)", "18446744073709551615;10000")]
    [InlineData("HUGEINT", "170141183460469231731687303715884105727, -170141183460469231731687303715884105727, 0", "numeric(39,0)", "170141183460469231731687303715884105727;-170141183460469231731687303715884105727;0")]
    [InlineData("DECIMAL(4,2)", "12.34, -0.01, 0, 99.99", "numeric(4,2)", "12.34;-0.01;0.00;99.99")]
    [InlineData("DECIMAL(9,0)", "123456789, 10000, 100000000", "numeric(9,0)", "123456789;10000;100000000")]
    [InlineData("DECIMAL(18,3)", "123456789012345.678, 0.001, 10000.000, -10000.010", "numeric(18,3)", "123456789012345.678;0.001;10000.000;-10000.010")]
    [InlineData("DECIMAL(18,8)", "0.00000001, 0.0001, 1.00010000", "numeric(18,8)", "0.00000001;0.00010000;1.00010000")]
    [InlineData("DECIMAL(38,10)", "1234567890123456789012345678.0123456789, -0.0000000001", "numeric(38,10)", "1234567890123456789012345678.0123456789;-0.0000000001")]
    [InlineData("DECIMAL(38,38)", "'0.12345678901234567890123456789012345678'", "numeric(38,38)", "0.12345678901234567890123456789012345678")]
    [InlineData("FLOAT", "1.5, 'Infinity'", "real", "1.5;Infinity")]
    [InlineData("DOUBLE", "0.1, -1e300, 'NaN'", "double precision", "0.1;-1e+300;NaN")]
    [InlineData("DATE", "'2024-02-29', '1900-01-01', '9999-12-31', 'infinity'", "date", "2024-02-29;1900-01-01;9999-12-31;infinity")]
    [InlineData("TIME", "'12:30:00.5'", "time without time zone", "12:30:00.5")]
    [InlineData("TIMESTAMP", "'2024-02-29 12:30:00.123456', '1900-01-01', '-infinity'", "timestamp without time zone", "2024-02-29 12:30:00.123456;1900-01-01 00:00:00;-infinity")]
    [InlineData("TIMESTAMPTZ", "'2024-02-29 12:30:00+02'", "timestamp with time zone", "2024-02-29 10:30:00+00")]
    [InlineData("TIMESTAMP_NS", "'2024-02-29 12:30:00.123456789'", "timestamp without time zone", "2024-02-29 12:30:00.123456")]
    [InlineData("INTERVAL", "INTERVAL '14 months 3 days 5 seconds'", "interval", "1 year 2 mons 3 days 00:00:05")]
    [InlineData("UUID", "'00112233-4455-6677-8899-aabbccddeeff'", "uuid", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("VARCHAR", "'', 'plain', 'Ünïcödé — € 😀 and longer than twelve bytes', NULL", "text", ";plain;Ünïcödé — € 😀 and longer than twelve bytes;")]
    [InlineData("VARCHAR", "'one' || chr(0) || 'two' || chr(0), 'none'", "text", "one\ufffdtwo\ufffd;none")]
    [InlineData("JSON", "'{\"k\": \"one\\u0000two\\\\u0000\"}'", "jsonb", "{\"k\": \"one\ufffdtwo\\\\u0000\"}")]
    [InlineData("BLOB", "'\\x00\\xFF'::BLOB", "bytea", "\\x00ff")]
    [InlineData("INTEGER[]", "[1, 2]", "jsonb", "[1, 2]")]
    [InlineData("STRUCT(a INTEGER, b VARCHAR)", "{'a': 1, 'b': 'x'}", "jsonb", "{\"a\": 1, \"b\": \"x\"}")]
    [InlineData("JSON", "'{\"k\": [1]}'", "jsonb", "{\"k\": [1]}")]
    public async Task A_value_is_the_same_on_the_other_side(string type, string values, string becomes, string expected)
    {
        await using var warehouse = await OpenAsync();
        await using var door = await warehouse.OpenDoorAsync(CancellationToken.None);
        await door.ExecuteAsync($"CREATE SCHEMA landing; CREATE TABLE landing.rows (n INTEGER, v {type}); INSERT INTO landing.rows VALUES {string.Join(", ", Split(values).Select((v, i) => $"({i}, {v})"))}", CancellationToken.None);
        await using var connection = await warehouse.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync("CREATE SCHEMA landing", CancellationToken.None);
        await warehouse.ReceiveAsync(door, Target, CancellationToken.None);
        Assert.Equal(becomes, await connection.ScalarAsync<string>("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'landing.rows'::regclass AND attname = 'v'", CancellationToken.None));
        Assert.Equal(expected, string.Join(';', await connection.QueryAsync("SELECT coalesce(v::text, '') FROM landing.rows ORDER BY n", r => r.GetString(0), CancellationToken.None)));
    }

    [Fact]
    public async Task A_character_that_it_cannot_hold_stops_no_run()
    {
        using var project = new TestProject()
            .Write("project.yml", $"name: asks\nwarehouse: {{ type: postgres, url: \"{await server.CreateDatabaseAsync()}\" }}\n")
            .Write("pipelines/shop/pipeline.yml", "description: titles\n")
            .Write("pipelines/shop/feeds/titles.yml", "feeds:\n  titles:\n    files: data/*.ndjson\n    key: [id]\n    columns: { id: { type: integer, required: true }, title: text }\n")
            .Write("data/titles.ndjson", """
                {"id": 1, "title": "one\u0000two"}
                {"id": "none", "title": "three\u0000four"}

                """);

        var run = await project.RunAsync();

        Assert.True(run.State == Cartage.Runs.RunState.Quarantined, run.Message);
        Assert.Equal("one\ufffdtwo", Assert.Single(await project.QueryAsync("SELECT title FROM shop_raw.titles")));
        Assert.Equal("nothing changed", (await project.RunAsync()).Message);
    }

    [Fact]
    public async Task Many_chunks_with_missing_values_arrive_whole()
    {
        await using var warehouse = await OpenAsync();
        await using var door = await warehouse.OpenDoorAsync(CancellationToken.None);
        await door.ExecuteAsync("CREATE SCHEMA landing; CREATE TABLE landing.rows AS SELECT i, CASE WHEN i % 3 > 0 THEN CAST(i AS DECIMAL(12,3)) / 7 END::DECIMAL(12,3) AS d, CASE WHEN i % 5 > 0 THEN repeat('é', (i % 40)::INTEGER) END AS t FROM range(50000) r(i)", CancellationToken.None);
        await using var connection = await warehouse.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync("CREATE SCHEMA landing", CancellationToken.None);
        const string sums = "SELECT count(*) || '|' || sum(i) || '|' || sum(d) || '|' || count(d) || '|' || sum(length(t)) || '|' || count(t) FROM landing.rows";
        var expected = await door.ScalarAsync<string>(sums, CancellationToken.None);
        await warehouse.ReceiveAsync(door, Target, CancellationToken.None);
        Assert.Equal(expected, await connection.ScalarAsync<string>(sums, CancellationToken.None));
    }

    [Fact]
    public async Task Text_is_ordered_by_code_point_as_at_the_door()
    {
        await using var warehouse = await OpenAsync();
        await using var door = await warehouse.OpenDoorAsync(CancellationToken.None);
        await door.ExecuteAsync("CREATE SCHEMA landing; CREATE TABLE landing.rows AS SELECT unnest(['a', 'B', 'ä', 'Z', '_', '1', 'z', 'Ä', '😀', '']) AS t", CancellationToken.None);
        var expected = await door.QueryAsync("SELECT t FROM landing.rows ORDER BY t", r => r.GetString(0), CancellationToken.None);
        await using var connection = await warehouse.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync("CREATE SCHEMA landing", CancellationToken.None);
        await warehouse.ReceiveAsync(door, Target, CancellationToken.None);
        Assert.Equal(expected, await connection.QueryAsync("SELECT t FROM (SELECT t || '' AS t FROM landing.rows) q ORDER BY t", r => r.GetString(0), CancellationToken.None));
    }

    async Task<PostgresWarehouse> OpenAsync() =>
        await PostgresWarehouse.OpenAsync(new(await server.CreateDatabaseAsync(), "test", new([], Path.GetTempPath())), CancellationToken.None);

    static IEnumerable<string> Split(string values) => values[0] is 'I' or '[' or '{' || values[1] == '{' ? [values] : values.Split(", ");
}
