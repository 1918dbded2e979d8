using System.Numerics;
using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

/// <summary>Random values of every type the database stores, ends of ranges included.</summary>
static class Generated
{
    public static readonly IReadOnlyDictionary<string, Func<Random, object>> ByType = new Dictionary<string, Func<Random, object>>
    {
        ["BOOLEAN"] = r => r.Next(2) == 0,
        ["TINYINT"] = r => Pick(r, sbyte.MinValue, sbyte.MaxValue, (sbyte)r.Next(-128, 128)),
        ["UTINYINT"] = r => Pick(r, byte.MinValue, byte.MaxValue, (byte)r.Next(256)),
        ["SMALLINT"] = r => Pick(r, short.MinValue, short.MaxValue, (short)r.Next(short.MinValue, short.MaxValue)),
        ["USMALLINT"] = r => Pick(r, ushort.MinValue, ushort.MaxValue, (ushort)r.Next(ushort.MaxValue)),
        ["INTEGER"] = r => Pick(r, int.MinValue, int.MaxValue, 0, r.Next(int.MinValue, int.MaxValue)),
        ["UINTEGER"] = r => Pick(r, uint.MinValue, uint.MaxValue, (uint)r.NextInt64(uint.MaxValue)),
        ["BIGINT"] = r => Pick(r, long.MinValue, long.MaxValue, 0L, r.NextInt64(long.MinValue, long.MaxValue)),
        ["UBIGINT"] = r => Pick(r, ulong.MinValue, ulong.MaxValue, (ulong)r.NextInt64(long.MinValue, long.MaxValue)),
        ["HUGEINT"] = r => Pick(r, Int128.MinValue, Int128.MaxValue, Int128.Zero, Huge(r)),
        ["UHUGEINT"] = r => Pick(r, UInt128.MinValue, UInt128.MaxValue, (UInt128)Huge(r)),
        ["BIGNUM"] = r => Pick(r, BigInteger.Zero, BigInteger.MinusOne, Big(r), -Big(r)),
        ["FLOAT"] = r => Pick(r, float.MinValue, float.MaxValue, float.NegativeInfinity, 0f, (float)(r.NextDouble() * 1e10)),
        ["DOUBLE"] = r => Pick(r, double.MinValue, double.Epsilon, double.PositiveInfinity, -0.5, r.NextDouble() * 1e100),
        ["DECIMAL(4,1)"] = r => new DuckDbDecimal(r.Next(-9999, 10000), 1),
        ["DECIMAL(9,2)"] = r => new DuckDbDecimal(r.Next(-999_999_999, 1_000_000_000), 2),
        ["DECIMAL(18,6)"] = r => new DuckDbDecimal(r.NextInt64(-999_999_999_999_999_999, 999_999_999_999_999_999), 6),
        ["DECIMAL(38,12)"] = r => new DuckDbDecimal(Huge(r) % (Int128)BigInteger.Pow(10, r.Next(1, 38)), 12),
        ["VARCHAR"] = Characters,
        ["BLOB"] = r => Bytes(r, r.Next(60)),
        ["BIT"] = r => string.Concat(Enumerable.Range(0, r.Next(1, 40)).Select(_ => r.Next(2))),
        ["UUID"] = r => new Guid(Bytes(r, 16)),
        ["ENUM('red', 'green', 'it''s blue')"] = r => Pick(r, "red", "green", "it's blue"),
        ["DATE"] = r => Pick(r, DateOnly.MinValue, DateOnly.MaxValue, DateOnly.FromDayNumber(r.Next(DateOnly.MaxValue.DayNumber))),
        ["TIME"] = r => new TimeOnly(r.NextInt64(Day / 10) * 10),
        ["TIME_NS"] = r => new TimeOnly(r.NextInt64(Day)),
        ["TIMETZ"] = r => new DuckDbTimeTz(r.NextInt64(Day / 10), r.Next(-959, 960) * 60),
        ["TIMESTAMP"] = r => Pick(r, new DateTime(1, 1, 1), new DateTime(9999, 12, 31, 23, 59, 59).AddMicroseconds(999_999), Moment(r, 10)),
        ["TIMESTAMP_S"] = r => Moment(r, TimeSpan.TicksPerSecond),
        ["TIMESTAMP_MS"] = r => Moment(r, TimeSpan.TicksPerMillisecond),
        ["TIMESTAMP_NS"] = r => new DateTime(1700, 1, 1).AddTicks(r.NextInt64(500 * 365 * Day)),
        ["TIMESTAMPTZ"] = r => new DateTimeOffset(Moment(r, 10).Ticks, TimeSpan.Zero),
        ["INTERVAL"] = r => new DuckDbInterval(r.Next(-5000, 5000), r.Next(-5000, 5000), r.NextInt64(-1_000_000_000_000, 1_000_000_000_000)),
        ["INTEGER[]"] = r => List(r, r.Next(5), x => x.Next()),
        ["VARCHAR[][]"] = r => List(r, r.Next(4), x => List(x, x.Next(3), Characters)),
        ["DOUBLE[3]"] = r => List(r, 3, x => x.NextDouble()),
        ["STRUCT(a INTEGER, b VARCHAR[], c STRUCT(d DATE))[]"] = r => List(r, r.Next(3), Struct),
        ["STRUCT(a INTEGER, b VARCHAR[], c STRUCT(d DATE))"] = Struct,
        ["MAP(VARCHAR, INTEGER[])"] = r => Enumerable.Range(0, r.Next(4)).ToDictionary(object (i) => $"{i}{Characters(r)}", object? (_) => List(r, r.Next(3), x => x.Next())),
        ["UNION(n INTEGER, t VARCHAR)"] = r => r.Next(2) == 0 ? new DuckDbUnion("n", r.Next()) : new DuckDbUnion("t", Characters(r)),
    };

    const long Day = TimeSpan.TicksPerDay;

    public static object Characters(Random r) =>
        r.Next(8) switch
        {
            0 => "",
            1 => "'; DROP TABLE t; --",
            2 => "a\0b",
            3 => new string('x', r.Next(12, 15)),
            4 => string.Concat(Enumerable.Repeat("žluťoučký 🦆 кůň\t\"\\\n", r.Next(1, 50))),
            5 => new string('é', 10_000),
            _ => new string([.. Enumerable.Range(0, r.Next(30)).Select(_ => (char)r.Next(1, 0xD7FF))]),
        };

    static object Struct(Random r) =>
        new Dictionary<string, object?>
        {
            ["a"] = r.Next(3) == 0 ? null : r.Next(),
            ["b"] = r.Next(3) == 0 ? null : List(r, r.Next(3), Characters),
            ["c"] = r.Next(3) == 0 ? null : new Dictionary<string, object?> { ["d"] = r.Next(3) == 0 ? null : new DateOnly(2020, 1, 1).AddDays(r.Next(1000)) },
        };

    static List<object?> List(Random r, int length, Func<Random, object> element) => [.. Enumerable.Range(0, length).Select(_ => r.Next(5) == 0 ? null : element(r))];

    static DateTime Moment(Random r, long unit) => new(r.NextInt64(DateTime.MaxValue.Ticks) / unit * unit);

    static byte[] Bytes(Random r, int length)
    {
        var bytes = new byte[length];
        r.NextBytes(bytes);
        return bytes;
    }

    static Int128 Huge(Random r) => new((ulong)r.NextInt64(long.MinValue, long.MaxValue), (ulong)r.NextInt64(long.MinValue, long.MaxValue));

    static BigInteger Big(Random r) => new(Bytes(r, r.Next(1, 70)), isUnsigned: true);

    static object Pick<T>(Random r, params T[] values)
        where T : notnull => values[r.Next(values.Length)];
}
