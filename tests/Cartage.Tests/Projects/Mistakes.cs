using Cartage.Projects;
using Cartage.Tests.Support;

namespace Cartage.Tests.Projects;

/// <summary>Every mistake is a finding with its file and line, all of them at once.</summary>
public sealed class Mistakes : IDisposable
{
    readonly TestProject _project = SmallShop.Create();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task The_examples_have_none()
    {
        using var example = new TestProject("bike-store");
        Assert.Empty(await FindAsync(example));
        Assert.Empty(await FindAsync(_project));
    }

    [Theory]
    [InlineData("selct 1 as a", ":1: syntax error at or near \"selct\"")]
    [InlineData("select\n  order_idd\nfrom orders", ":2: ")]
    [InlineData("select 1 as a\nfrom order", ":2: ")]
    [InlineData("/* ---\nkind: table\n*/\nselect 1 as a", ":1: its header is not closed. It begins with the line '/* ---' and ends with the line '--- */'.")]
    [InlineData("select deleted from orders", ":1: Referenced column \"deleted\" not found in FROM clause! If it is a column of a feed, declare it under the feed's 'columns'.")]
    [InlineData("select 1 as a from ordrs", ":1: reads 'ordrs', which no feed or model provides. Did you mean 'orders'?")]
    [InlineData("select 1 as a; select 2 as b", ":1: a model is one SELECT")]
    [InlineData("drop table orders", ":1: a model is one SELECT; this is something else")]
    [InlineData("select 1 as a from bad", ":1: the models read each other in a circle: bad → bad")]
    [InlineData("select {{ nothing }} as a from orders", ":1: the placeholder '{{ nothing }}' has no value")]
    [InlineData("select order_id,\n  '{{ start:q }}' as a from orders", ":2: the placeholder '{{ start:q }}' has a date format that is none")]
    [InlineData("/* ---\nkind: table\ndimensions: { one: { table: dim_customers, key: customer_id }, other: { table: dim_customers, key: customer_id } }\n--- */\nselect customer_id from orders", ":1: 'one' and 'other' are both looked up by 'customer_id'")]
    [InlineData("select order_id\nfrom orders\nqualify row_number() over (order by order_id) = 1", "uses QUALIFY, which only DuckDB has")]
    [InlineData("select order_id,\n  strftime(order_date, '%Y') as y from orders", ":2: uses the function strftime, which only DuckDB has")]
    [InlineData("select order_id from orders group by all", ":1: uses GROUP BY ALL, which only DuckDB has")]
    [InlineData("select try_cast(order_id as integer) as a from orders", ":1: uses TRY_CAST, which only DuckDB has")]
    [InlineData("select o.order_id from orders o\nsemi join customers c on true", ": uses SEMI JOIN, which only DuckDB has")]
    [InlineData("select order_id as a,\n  order_id as a from orders", ":1: the SELECT returns the column 'a' more than once")]
    [InlineData("/* ---\nkind: tabel\n--- */\nselect 1 as a", ":2: 'kind' must be one of view, table, append, merge, scd2, interval, not 'tabel'. Did you mean 'table'?")]
    [InlineData("/* ---\nkind: table\ntime: a\n--- */\nselect 1 as a", ":3: 'time' is for models of kind interval; this one is of kind table")]
    [InlineData("/* ---\nkind: table\nkeys: a\n--- */\nselect 1 as a", ":3: there is no key 'keys' here. Did you mean 'key'?")]
    [InlineData("/* ---\nkind: merge\nkey: b\n--- */\nselect 1 as a", ":1: its key is the column 'b', which the SELECT does not return. Did you mean 'a'?")]
    public async Task A_model(string sql, string finding)
    {
        _project.Write("pipelines/shop/models/bad.sql", sql);
        var findings = await FindAsync(_project);
        Assert.Contains(findings, f => f.StartsWith("pipelines/shop/models/bad.sql:", StringComparison.Ordinal) && f.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("        typ: text", "there is no key 'typ' here. Did you mean 'type'?")]
    [InlineData("        type: txt", "there is no type 'txt'")]
    [InlineData("        required: maybe", "'required' must be true or false, not 'maybe'")]
    [InlineData("        range: 5", "'range' must be two bounds")]
    [InlineData("        severity: loud", "'severity' must be one of warn, drop, quarantine, reject, not 'loud'")]
    [InlineData("        references: { feed: customer, column: customer_id }", "refers to the feed 'customer', which is not there. Did you mean 'customers'?")]
    [InlineData("        type: integer\n        references: { feed: customers, column: name, on_missing: infer }", "'on_missing: infer' makes a row of 'customers', whose key is not 'name' alone")]
    [InlineData("        type: text\n        references: { feed: customers, column: customer_id, on_missing: infer }", "'on_missing: infer' makes a row of 'customers' with a key of type integer, and 'a' is text")]
    [InlineData("        length: [a, 3]", "'length' counts characters: 'a' is no whole number")]
    [InlineData("        type: decimal(x)", "there is no type 'decimal(x)'")]
    [InlineData("        type: decimal(50,2)", "there is no type 'decimal(50,2)'")]
    [InlineData("        type: decimal(2,5)", "there is no type 'decimal(2,5)'")]
    [InlineData("      _status: text", "the column '_status' is one that Cartage adds to every row")]
    [InlineData("        matches: '('", "the rule 'matches' of 'a' cannot work")]
    [InlineData("      A: text", "the column 'A' is there already as 'a'")]
    [InlineData("      _run: text", "the column '_run' is one that Cartage adds to every row")]
    [InlineData("        references: { feed: customers, column: id }", "refers to 'customers.id', which is not declared.")]
    public async Task A_feed(string line, string finding)
    {
        _project.Write("pipelines/shop/feeds/more.yml", $"feeds:\n  more:\n    files: in/x.csv\n    columns:\n      a:\n{line}\n");
        var findings = await FindAsync(_project);
        Assert.Contains(findings, f => f.StartsWith("pipelines/shop/feeds/more.yml:", StringComparison.Ordinal) && f.Contains(finding, StringComparison.Ordinal));
    }

    // Each waits for the other: a row that goes aside on one side would leave its children on the other.
    [Theory]
    [InlineData("quarantine", "quarantine", 3), InlineData("infer", "quarantine", 1), InlineData("warn", "quarantine", 0), InlineData("infer", "infer", 0)]
    public async Task Feeds_in_a_circle(string there, string back, int mistakes)
    {
        string Feed(string name, string other, string onMissing) => $"  {name}:\n    files: in/{name}.csv\n    key: [id]\n    columns:\n      id: integer\n      other: {{ type: integer, references: {{ feed: {other}, column: id, on_missing: {onMissing} }} }}\n";
        _project.Write("pipelines/shop/feeds/more.yml", "feeds:\n" + Feed("a", "b", there) + Feed("b", "c", back) + Feed("c", "a", there));
        var findings = await FindAsync(_project);
        Assert.Equal(mistakes, findings.Count);
        if (there == "infer" && mistakes > 0)
            Assert.StartsWith("pipelines/shop/feeds/more.yml:13: the rows of 'b' wait for those of 'c', which hang on rows of 'b' in turn", findings[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("catchup: some", "'catchup' must be one of none, latest, all, not 'some'")]
    [InlineData("schedule: '0 2 * *'", "the schedule '0 2 * *' cannot be read: there are 4 fields")]
    [InlineData("retry: { attempts: 0 }", "'attempts' must be a whole number from 1, not '0'")]
    [InlineData("timezone: Asia/Bangkock", "there is no time zone 'Asia/Bangkock'. Did you mean 'Asia/Bangkok'?")]
    [InlineData("timeout: 50d", "'timeout' must be at most 49d")]
    [InlineData("timeout: 99999999999d", "'timeout' must be a duration such as 5m, 1h30m or 2d, not '99999999999d'")]
    [InlineData("wait_for: [{ object: 'inbox://{{ start:q }}.csv' }]", "'inbox://{{ start:q }}.csv' has a date format that is none")]
    [InlineData("wait_for: [{ object: 'inbox://{{ var.day }}.csv' }]", "the placeholder '{{ var.day }}' of 'inbox://{{ var.day }}.csv' has no value")]
    [InlineData("tags: a\ntags: b", "the key 'tags' is there twice")]
    [InlineData("tags: a\nretry:\n\tattempts: 2", ":3: it is not YAML: While scanning a mapping, found invalid tab as indentation. Indent with spaces.")]
    public async Task A_pipeline(string line, string finding)
    {
        _project.Write("pipelines/shop/pipeline.yml", line + "\n");
        Assert.Contains(await FindAsync(_project), f => f.StartsWith("pipelines/shop/pipeline.yml:", StringComparison.Ordinal) && f.Contains(finding, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_follows_only_from_a_mistake_is_left_out()
    {
        _project.Write("pipelines/shop/feeds/files.yml", "feeds: [orders]\n");
        Assert.Equal(["pipelines/shop/feeds/files.yml:1: 'feeds' must be a map"], await FindAsync(_project));
        using var bikes = new TestProject("bike-store");
        bikes.Write("project.yml", "name: [bikes\n");
        Assert.Equal(["project.yml:2: it is not YAML: While parsing a flow sequence, did not find expected ',' or ']'."], await FindAsync(bikes));
    }

    [Fact]
    public async Task All_at_once_each_with_its_line()
    {
        _project.Write("project.yml", "name: small\nwarehose: duckdb\nvariables: [a]\n").Write("pipelines/shop/pipeline.yml", "description: x\nschedul: daily\ntimeout: soon\nstart: never\n");
        _project.Write("pipelines/shop/models/bad.sql", "select x from nowhere");
        var findings = await FindAsync(_project);
        Assert.Equal(
            [
                "pipelines/shop/models/bad.sql:1: reads 'nowhere', which no feed or model provides.",
                "pipelines/shop/pipeline.yml:2: there is no key 'schedul' here. Did you mean 'schedule'?",
                "pipelines/shop/pipeline.yml:3: 'timeout' must be a duration such as 5m, 1h30m or 2d, not 'soon'",
                "pipelines/shop/pipeline.yml:4: 'start' must be a date such as 2016-01-01, not 'never'",
                "project.yml:2: there is no key 'warehose' here. Did you mean 'warehouse'?",
                "project.yml:3: 'variables' must be a map",
            ],
            findings.Order(StringComparer.Ordinal));
    }

    static async Task<List<string>> FindAsync(TestProject project)
    {
        var loaded = await Binding.CheckAsync(project.Load(), CancellationToken.None);
        return [.. loaded.Findings.Select(f => f.ToString())];
    }
}
