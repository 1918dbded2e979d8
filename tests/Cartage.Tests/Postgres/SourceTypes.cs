using System.Globalization;
using System.Text;
using Cartage.Runs;
using Cartage.Tests.Support;

namespace Cartage.Tests.Postgres;

/// <summary>Every type of the server arrives as what it is, to the character.</summary>
public sealed class SourceTypes(SharedPostgres shared, SourceTypes.All all) : IClassFixture<SourceTypes.All>
{
    /// <summary>A type, a value of it as the server is told it, the type it is loaded as and the value as it is then.</summary>
    public static TheoryData<string, string, string, string> Values => new()
    {
        { "smallint", "'-32768'", "SMALLINT", "-32768" },
        { "bigint", "'9223372036854775807'", "BIGINT", "9223372036854775807" },
        { "numeric(12,2)", "'-1234567890.10'", "DECIMAL(12,2)", "-1234567890.10" },
        { "numeric", "'0.1234567891'", "DECIMAL(38,10)", "0.1234567891" },
        { "numeric(50,5)", "'12345678901234567890123456789012345678901234.5'", "VARCHAR", "12345678901234567890123456789012345678901234.50000" },
        { "money", "'1234.5'", "DECIMAL(19,2)", "1234.50" },
        { "double precision", "'0.1'", "DOUBLE", "0.1" },
        { "boolean", "'t'", "BOOLEAN", "true" },
        { "date", "'2024-02-29'", "DATE", "2024-02-29" },
        { "time", "'23:59:59.123456'", "TIME", "23:59:59.123456" },
        { "timestamp", "'2024-02-29 23:59:59.123456'", "TIMESTAMP", "2024-02-29 23:59:59.123456" },
        { "timestamptz(3)", "'2024-02-29 23:59:59.123+07'", "TIMESTAMP WITH TIME ZONE", "2024-02-29 16:59:59.123+00" },
        { "interval", "'1 day 02:00'", "VARCHAR", "1 day 02:00:00" },
        { "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" },
        { "jsonb", "'{\"a\": [1, \"x\"]}'", "VARCHAR", "{\"a\": [1, \"x\"]}" },
        { "text[]", "'{a,\"b c\"}'", "VARCHAR", "[\"a\",\"b c\"]" },
        { "bytea", "'\\xDEADBEEF'", "VARCHAR", "deadbeef" },
        { "character(5)", "'ab'", "VARCHAR", "ab   " },
        { "mood", "'so so'", "VARCHAR", "so so" },
        { "percent", "'12.50'", "DECIMAL(5,2)", "12.50" },
        { "text", "''", "VARCHAR", "" },
        { "text", "'a \"quote\", a comma, a ' || chr(10) || ' line'", "VARCHAR", "a \"quote\", a comma, a \n line" },
        { "text", "'\\.'", "VARCHAR", "\\." },
        { "text", "' naïve ☃ 𝄞 '", "VARCHAR", " naïve ☃ 𝄞 " },
        { "text", "'a' || chr(13) || 'b'", "VARCHAR", "a\rb" },
        { "text", "'NULL'", "VARCHAR", "NULL" },
    };

    /// <summary>A type, a value of it and the type its feed declares, if any.</summary>
    public static TheoryData<string, string, string> Keys => new()
    {
        { "character(5)", "'ab'", "" },
        { "numeric(6,2)", "'1.50'", "decimal(8,3)" },
        { "timestamptz", "'2024-01-01 00:00:00.5+02'", "" },
        { "timestamptz", "'2024-01-01 00:00:00.5+02'", "timestamp" },
        { "uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "text" },
        { "text", "'naïve, \"x\"'", "" },
        { "boolean", "true", "" },
        { "date", "'2024-02-29'", "text" },
        { "bigint", "7", "text" },
        { "double precision", "1e15", "decimal(38,2)" },
    };

    [Theory, MemberData(nameof(Values))]
    public async Task A_value_arrives_as_it_is(string type, string value, string loadedAs, string expected)
    {
        var shop = await all.OfAsync(shared);
        var table = "value_" + Number(Values, type, value);
        Assert.Equal([expected, "∅"], await shop.Project.QueryAsync($"SELECT coalesce(CAST(v AS VARCHAR), '∅') FROM shop_raw.{table} ORDER BY id"));
        Assert.Equal(loadedAs, await shop.LoadedAsync($"SELECT DISTINCT typeof(v) FROM shop_raw.{table}"));
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task A_key_of_any_type_is_missed_when_it_is_gone_and_only_then(string type, string value, string declared) =>
        Assert.Equal("1|;2|gone", await (await all.OfAsync(shared)).LoadedAsync($"SELECT n, CASE WHEN _deleted_at IS NOT NULL THEN 'gone' END FROM shop_raw.key_{Number(Keys, type, value, declared)} ORDER BY 1"));

    [Fact]
    public async Task A_query_a_view_and_a_partitioned_table_are_read_like_a_table()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, """
            connection: shop
            feeds:
              asked: { query: "select id, v || '!' as v from things", key: [id] }
              seen: { table: all_things, key: [id] }
              parted: { table: '"Parted"."Things"', key: [id], cursor: at, chunk: 50 }
            """, tables: """
            CREATE TABLE things (id int PRIMARY KEY, v text); INSERT INTO things VALUES (1, 'a'); CREATE VIEW all_things AS SELECT * FROM things;
            CREATE SCHEMA "Parted"; CREATE TABLE "Parted"."Things" (id int, at timestamptz DEFAULT now(), PRIMARY KEY (id)) PARTITION BY RANGE (id);
            CREATE TABLE "Parted".a PARTITION OF "Parted"."Things" FOR VALUES FROM (0) TO (200); CREATE TABLE "Parted".b PARTITION OF "Parted"."Things" FOR VALUES FROM (200) TO (1000);
            INSERT INTO "Parted"."Things" SELECT g FROM generate_series(1, 500) g; ANALYZE;
            """);
        await shop.RunAsync();
        Assert.Equal("a!|a|500|10", await shop.LoadedAsync("SELECT (SELECT v FROM shop_raw.asked), (SELECT v FROM shop_raw.seen), count(*), count(DISTINCT _object) FROM shop_raw.parted"));
    }

    [Fact]
    public async Task Line_ends_within_values_do_not_disturb_a_page_with_a_row_that_goes_aside()
    {
        await using var shop = await PostgresShop.CreateAsync(shared, "connection: shop\nfeeds:\n  things: { table: things, key: [id], columns: { n: { type: integer, range: [1, 9] } } }\n",
            tables: "CREATE TABLE things (id int PRIMARY KEY, n int, v text); INSERT INTO things VALUES (1, 1, E'a\\r\\nb'), (2, 1, E'a\\rb'), (3, 99, E'\\n'), (4, 1, '')");
        Assert.Equal(RunState.Quarantined, (await shop.Project.RunAsync()).State);
        Assert.Equal("1|[97, 13, 10, 98];2|[97, 13, 98];4|[]", (await shop.LoadedAsync("SELECT id, list_transform(string_split(v, ''), x -> unicode(x))::VARCHAR FROM shop_raw.things ORDER BY 1")).Replace("4|[-1]", "4|[]"));
    }

    [Fact]
    public async Task A_column_that_is_added_arrives()
    {
        await using var shop = await PostgresShop.CreateAsync(shared);
        await shop.ExecuteAsync("INSERT INTO store.orders VALUES (1), (2)");
        await shop.RunAsync();
        await shop.ExecuteAsync("ALTER TABLE store.orders ADD COLUMN note text; UPDATE store.orders SET note = '' WHERE order_id = 2");
        await shop.RunAsync();
        Assert.Equal("1|∅;2|", await shop.LoadedAsync("SELECT order_id, coalesce(note, '∅') FROM shop_raw.orders ORDER BY 1"));
    }

    static int Number(IEnumerable<ITheoryDataRow> rows, params object[] beginning) => rows.ToList().FindIndex(r => r.GetData().Take(beginning.Length).SequenceEqual(beginning));

    /// <summary>Every value and every key, each in a table and a feed of its own, loaded at once and once more; then a row of each key is gone.</summary>
    public sealed class All : IAsyncDisposable
    {
        Task<PostgresShop>? _loaded;

        /// <summary>Loaded for the first test that asks.</summary>
        public Task<PostgresShop> OfAsync(SharedPostgres shared) => _loaded ??= LoadAsync(shared);

        public async ValueTask DisposeAsync()
        {
            if (_loaded is { IsCompletedSuccessfully: true })
                await (await _loaded).DisposeAsync();
        }

        static async Task<PostgresShop> LoadAsync(SharedPostgres shared)
        {
            StringBuilder feeds = new("connection: shop\nfeeds:\n"), tables = new("CREATE TYPE mood AS ENUM ('so so'); CREATE DOMAIN percent AS numeric(5,2);");
            foreach (var (n, (type, value, _, _)) in Values.Select(r => r.Data).Index())
            {
                feeds.Append(CultureInfo.InvariantCulture, $"  value_{n}: {{ table: value_{n}, key: [id] }}\n");
                tables.Append(CultureInfo.InvariantCulture, $"CREATE TABLE value_{n} (id int PRIMARY KEY, v {type}); INSERT INTO value_{n} VALUES (1, {value}), (2, NULL);");
            }
            foreach (var (n, (type, value, declared)) in Keys.Select(r => r.Data).Index())
            {
                feeds.Append(CultureInfo.InvariantCulture, $"  key_{n}:\n    table: key_{n}\n    key: [id, n]\n    deletes: {{ compare: always, max_share: 60% }}\n    columns:\n      n: {{ type: integer }}\n{(declared.Length == 0 ? "" : $"      id: {{ type: \"{declared}\" }}\n")}");
                tables.Append(CultureInfo.InvariantCulture, $"CREATE TABLE key_{n} (id {type}, n int, PRIMARY KEY (id, n)); INSERT INTO key_{n} VALUES ({value}, 1), ({value}, 2);");
            }
            var shop = await PostgresShop.CreateAsync(shared, feeds.ToString(), tables: tables.ToString());
            await shop.RunAsync();
            Assert.Equal("nothing changed", (await shop.RunAsync()).Message);
            foreach (var n in Enumerable.Range(0, Keys.Count))
                await shop.ExecuteAsync($"DELETE FROM key_{n} WHERE n = 2");
            await shop.RunAsync();
            return shop;
        }
    }
}
