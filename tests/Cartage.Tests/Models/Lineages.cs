using System.Text.Json;
using Cartage.DuckDb;
using Cartage.Models;
using Cartage.Warehouses;

namespace Cartage.Tests.Models;

/// <summary>Which tables' rows are known to matter only for one value of the output column <c>k</c>.</summary>
public sealed class Lineages
{
    [Theory]
    [InlineData("select k, x from a", "a.k")]
    [InlineData("select x.k from a as x", "a.k")]
    [InlineData("select * from a", "a.k")]
    [InlineData("select j as k from a", "a.j")]
    [InlineData("select a.k from a join b on b.j = a.k", "a.k b.j")]
    [InlineData("select a.k from a join b using (k)", "a.k b.k")]
    [InlineData("select k from a join b using (k) join c using (k)", "a.k b.k c.k")]
    [InlineData("select a.k from a, b where a.k = b.k and a.x > 1", "a.k b.k")]
    [InlineData("select a.k from a left join b on b.k = a.k", "a.k b.k")]
    [InlineData("select a.k from a left join b on b.k = a.k and b.x = a.x", "a.k b.k")]
    [InlineData("select a.k from a left join (select k, max(x) as x from b group by k) m on m.k = a.k", "a.k b.k")]
    [InlineData("with m as (select k, max(x) as x from b group by k) select a.k from a join m on m.k = a.k", "a.k b.k")]
    [InlineData("select k, count(*) from a group by k", "a.k")]
    [InlineData("select distinct k from a order by k", "a.k")]
    [InlineData("select k from a union all select j from b", "a.k b.j")]
    [InlineData("select k from a where x > (select max(x) from b)", "a.k")]
    [InlineData("select k from (select * from a) s where exists (select 1 from b where b.k = s.k)", "a.k")]
    // Nothing is known.
    [InlineData("select b.k from a left join b on b.k = a.k", "")]
    [InlineData("select k + 0 as k from a", "")]
    [InlineData("select max(k) as k from a", "")]
    [InlineData("select k, row_number() over (order by x) from a", "")]
    [InlineData("select k from a order by x limit 3", "")]
    [InlineData("select distinct on (x) k from a", "")]
    [InlineData("select k from (select k from a limit 3) s", "")]
    [InlineData("select x as k from a group by x, k having count(*) > 1", "a.x")]
    [InlineData("select a.k from a join b on a.k = b.k or a.x = b.x", "a.k")]
    [InlineData("select a.k from a left join b on b.k = b.j", "a.k")]
    [InlineData("select a.k from a join (select k + 0 as k from b) m on m.k = a.k", "a.k")]
    [InlineData("select a.k from a join (select k + 0 as e from b) m on m.e = a.k join c on c.k = m.e", "a.k")]
    [InlineData("with m as (select k, j from a) select m.k from m join m as n on n.j = m.k", "")]
    [InlineData("with m as (select k, j from a) select m.k from m where m.x in (select j from m)", "")]
    [InlineData("select k, max(x) from a group by grouping sets ((k), (j))", "")]
    public async Task Of_a_key(string sql, string expected) => Assert.Equal(expected, await ReadAsync(sql));

    [Theory]
    [InlineData("select a.k from a full join b on b.k = a.k")]
    [InlineData("select a.k from a natural join b")]
    [InlineData("select k from a except select k from b")]
    [InlineData("select k from a tablesample 10 percent")]
    [InlineData("select k, now() from a")]
    [InlineData("select k, current_date from a")]
    [InlineData("select k, random() from a")]
    [InlineData("with recursive r as (select k from a union all select k + 1 from r) select k from r")]
    public async Task Of_what_is_not_understood(string sql) => Assert.Null(await ReadAsync(sql));

    static async Task<string?> ReadAsync(string sql)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = new DuckDbConnection(new DuckDbConnectionStringBuilder { DataSource = ":memory:" }.ConnectionString);
        await connection.OpenAsync(ct);
        using var json = JsonDocument.Parse((await connection.ScalarAsync<string>("SELECT json_serialize_sql($sql::VARCHAR)", ct, ("sql", sql)))!);
        var statement = json.RootElement.GetProperty("statements")[0];
        var functions = await ModelFunctions.ReadAsync(connection, statement, ct);
        var columns = "abc".ToDictionary(t => t.ToString(), _ => (IReadOnlyList<string>)["k", "j", "x"]);
        if (!functions.Steady || Lineage.Read(statement, columns, functions.Aggregates) is not { } lineage)
            return null;
        return string.Join(' ', lineage.Leaves.DistinctBy(l => l.Offset).Select(l => (l.Name, Column: lineage.ColumnAt(l.Offset, "k"))).Where(x => x.Column is not null).Select(x => $"{x.Name}.{x.Column}").Order(StringComparer.Ordinal));
    }
}
