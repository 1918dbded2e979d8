using Cartage.DuckDb;
using Cartage.Models;

namespace Cartage.Tests.Models;

/// <summary>What the columns of a SELECT are computed from; tables a, b have the columns k, x, y.</summary>
public sealed class ColumnsComeFrom
{
    [Theory]
    [InlineData("select x from a", "x: a.x")]
    [InlineData("select x as z, k + y as s, 1 as one from a", "z: a.x; s: a.k a.y; one:")]
    [InlineData("select * from a", "k: a.k; x: a.x; y: a.y")]
    [InlineData("select q.* from a as q join b on b.k = q.k", "k: a.k; x: a.x; y: a.y")]
    [InlineData("select q.x, b.x as bx from a as q, b", "x: a.x; bx: b.x")]
    [InlineData("select k, b.y from a join b using (k)", "k: a.k b.k; y: b.y")]
    [InlineData("select sum(case when x > 0 then y end) as s, count(*) as n from a group by k", "s: a.x a.y; n:")]
    [InlineData("with c as (select k, x * 2 as d from a) select c.d from c", "d: a.x")]
    [InlineData("with c (p, q) as (select k, x from a) select q from c", "q: a.x")]
    [InlineData("with a as (select y as x from b) select x from a", "x: b.y")]
    [InlineData("select s.m from (select k, max(x) as m from a group by k) s", "m: a.x")]
    [InlineData("select x from a union all select y from b", "x: a.x b.y")]
    [InlineData("select (select max(b.x) from b where b.k = a.k) as m, x from a", "m: b.x; x: a.x")]
    [InlineData("select (select a.y) as m from a", "m: a.y")]
    [InlineData("select row_number() over (partition by k order by x) as n from a", "n: a.k a.x")]
    [InlineData("select cast(x as varchar) || coalesce(y, 'none') as t from a where k > 1", "t: a.x a.y")]
    [InlineData("select x from other.a", "x: other.a.x")]
    [InlineData("with recursive r as (select k, x from a union all select r.k, b.y from r join b on b.k = r.k) select x from r", "x: a.x b.y")]
    [InlineData("select v.n from (values (1)) as v(n)", "n:")]
    public async Task The_columns_of_tables(string sql, string expected)
    {
        await using var connection = new DuckDbConnection("DataSource=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        var columns = await ColumnSources.ReadAsync(connection, sql, _ => ["k", "x", "y"], TestContext.Current.CancellationToken);

        Assert.Equal(expected, string.Join("; ", columns.Select(c => $"{c.Name}: {string.Join(' ', c.Sources.Select(s => $"{s.Table}.{s.Column}"))}".TrimEnd())));
    }
}
