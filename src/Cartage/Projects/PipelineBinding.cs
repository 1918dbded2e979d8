using System.Text;
using Cartage.Checks;
using Cartage.DuckDb;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>Binds one pipeline. What reads something that is not known for sure (a feed without a contract, a file with a mistake, a model that did not bind) is not bound.</summary>
sealed class PipelineBinding(DuckDbConnection connection, LoadedProject loaded, Pipeline pipeline)
{
    static readonly Dialect Sql = Dialect.DuckDb;

    readonly List<Finding> _findings = [];
    readonly HashSet<string> _unsure = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> _wrongFiles = [.. loaded.Findings.Select(f => f.File)];
    readonly HashSet<string> _provided =
        new(pipeline.Feeds.SelectMany(f => f.KeepsHistory ? new[] { f.Name, f.History.Name } : [f.Name]).Concat(pipeline.Models.Select(m => m.Name)), StringComparer.OrdinalIgnoreCase);

    // A feeds file that gave no feeds at all: any name may be one of them.
    bool NamesUnsure => _wrongFiles.Any(f => f.StartsWith(Path.GetDirectoryName(pipeline.File)!.Replace('\\', '/') + "/feeds/", StringComparison.Ordinal) && pipeline.Feeds.All(x => x.File != f));

    public async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken ct)
    {
        await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {Sql.Quote(Table.RawSchema(pipeline.Name))}; CREATE SCHEMA IF NOT EXISTS {Sql.Quote(Table.ModelSchema(pipeline.Name))}", ct);
        await connection.ExecuteAsync($"SET search_path = {Sql.Literal($"{Sql.Quote(Table.ModelSchema(pipeline.Name))},{Sql.Quote(Table.RawSchema(pipeline.Name))}")}", ct);
        foreach (var feed in pipeline.Feeds)
            await BindFeedAsync(feed, ct);
        Dictionary<string, IReadOnlyList<string>> reads = [];
        foreach (var model in pipeline.Models.DistinctBy(m => m.Name))
            if (await ReadsAsync(model, ct) is { } names)
                reads[model.Name] = names;
            else
                _unsure.Add(model.Name);
        foreach (var model in WithoutCircles(reads).Select(n => pipeline.Models.First(m => m.Name == n)))
            if (reads[model.Name].Any(n => n == "this" || _unsure.Contains(n)) || !await new ModelBinding(connection, model, Rendered(model), _findings).BindAsync(ct) || _wrongFiles.Contains(model.File))
                _unsure.Add(model.Name);
        await BindChecksAsync(ct);
        return _findings;
    }

    // Models in a circle are said once and left out, so that the others are still bound.
    IReadOnlyList<string> WithoutCircles(Dictionary<string, IReadOnlyList<string>> reads)
    {
        while (true)
        {
            var (order, cycle) = ModelGraph.Sort(reads);
            if (cycle is null)
                return order;
            _findings.Add(new(pipeline.Models.First(m => m.Name == cycle[0]).File, 1, $"the models read each other in a circle: {string.Join(" → ", cycle)}", "Break it: one of them must not read the next."));
            foreach (var name in cycle.Distinct())
            {
                reads.Remove(name);
                _unsure.Add(name);
            }
        }
    }

    async Task BindFeedAsync(Feed feed, CancellationToken ct)
    {
        var columns = feed.Columns.Select(c => new Column(c.Name, Contract.SqlType(c.Type) ?? "VARCHAR")).Concat(Contract.Own).DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var table = Sql.Quote(feed.Base);
        await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {table} ({string.Join(", ", columns.Select(c => $"{Sql.Quote(c.Name)} {c.Type}"))}); CREATE OR REPLACE VIEW {Sql.Quote(feed.History)} AS FROM {table}", ct);
        if (feed.Columns.Count == 0 || _wrongFiles.Contains(feed.File))
        {
            _unsure.UnionWith([feed.Name, feed.History.Name]);
            return;
        }
        foreach (var rule in Contract.Rules(feed, Sql).Where(r => r.Code is "matches" or "range"))
            if (feed.Columns.First(c => c.Name == rule.Column) is var column && await FailsAsync($"SELECT {rule.Condition} FROM (SELECT CAST(NULL AS {Contract.SqlType(column.Type)}) AS {Sql.Quote(column.Name)})", ct) is { } why)
                _findings.Add(new(feed.File, column.Line, $"the rule '{rule.Code}' of '{rule.Column}' cannot work: {why}"));
        foreach (var column in feed.Columns)
            if (column.Satisfies is { } must && await FailsAsync($"SELECT count(*) FILTER (WHERE ({must}\n)::BOOLEAN) FROM {table}", ct) is { } because)
                _findings.Add(new(feed.File, column.Line, $"the rule 'satisfies' of '{column.Name}' cannot work: {because}", "Write a condition over what is declared under 'columns', such as delivery_date >= order_date."));
        if (feed.DeletedWhen is { } condition && await FailsAsync($"SELECT count(*) FILTER (WHERE ({condition}\n)::BOOLEAN) FROM {table}", ct) is { } reason)
            _findings.Add(new(feed.File, feed.Line, $"'deleted_when' of '{feed.Name}' cannot work: {reason}", "Write a condition over what it declares under 'columns', such as is_active = 'N'."));
    }

    async Task<string?> FailsAsync(string sql, CancellationToken ct)
    {
        try
        {
            await ModelReader.ReadTablesAsync(connection, sql, ct);
            await connection.ExecuteAsync(sql, ct);
            return null;
        }
        catch (NotOneSelectException e)
        {
            return e.Message;
        }
        catch (DuckDbException e)
        {
            return e.Message.Split('\n')[0];
        }
    }

    async Task<IReadOnlyList<string>?> ReadsAsync(Model model, CancellationToken ct)
    {
        if (model.Sql.Length == 0 || HasUnknownPlaceholder(model) || HasMalformedPlaceholder(model))
            return null;
        var sql = Rendered(model);
        try
        {
            var tables = await ModelReader.ReadTablesAsync(connection, sql, ct);
            foreach (var (what, offset) in await ModelReader.ReadUnportableAsync(connection, sql, ct))
                _findings.Add(new(model.File, LineAt(model.SqlLine, sql, offset), $"uses {what}, which only DuckDB has", "Write it as docs/portable-sql.md says."));
            return Unknown(tables, model.File, model.SqlLine, sql) ? null : [.. tables.Select(t => t.Name).Concat(model.Dimensions.Select(d => d.Dimension)).Distinct()];
        }
        catch (NotOneSelectException e)
        {
            _findings.Add(
                e.Offset is { } at
                    ? new(model.File, LineAt(model.SqlLine, sql, at), e.Message)
                    : new(model.File, model.SqlLine, "a model is one SELECT; this is something else, or more than one statement", "Cartage itself writes every INSERT, MERGE and CREATE.")
            );
            return null;
        }
    }

    bool HasUnknownPlaceholder(Model model)
    {
        var unknown = Template.Names(model.Sql).Distinct().Where(n => !(n is "start" or "end" or "this" || (n.StartsWith("var.", StringComparison.Ordinal) && loaded.Project.Variables.ContainsKey(n[4..])))).ToList();
        foreach (var name in unknown)
            _findings.Add(
                new(
                    model.File,
                    model.SqlLine + model.Sql[..model.Sql.IndexOf(name, StringComparison.Ordinal)].Count(c => c == '\n'),
                    $"the placeholder '{{{{ {name} }}}}' has no value",
                    Spelling.Suggest(name, loaded.Project.Variables.Keys.Select(v => "var." + v).Concat(["start", "end", "this"])) ?? "There are start, end, this and var.NAME with a variable of project.yml."
                )
            );
        return unknown.Count > 0;
    }

    bool HasMalformedPlaceholder(Model model)
    {
        if (Template.Malformed(model.Sql) is not var (text, at))
            return false;
        _findings.Add(new(model.File, model.SqlLine + model.Sql[..at].Count(c => c == '\n'), $"the placeholder '{text}' has a date format that is none", "Such as {{ start:yyyy-MM-dd }}."));
        return true;
    }

    // Any day will do: it has the right type and stays on its line.
    string Rendered(Model model) => Template.Render(model.Sql, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)), loaded.Project.Variables, "this");

    // Reports the names that nothing provides; true if there is one.
    bool Unknown(IEnumerable<TableRead> tables, string file, int line, string sql)
    {
        var unknown = tables.Where(t => t.Schema is null && t.Name != "this" && !_provided.Contains(t.Name)).ToList();
        if (!NamesUnsure)
            _findings.AddRange(unknown.Select(t => new Finding(file, LineAt(line, sql, t.Offset), $"reads '{t.Name}', which no feed or model provides.", Spelling.Suggest(t.Name, _provided))));
        return unknown.Count > 0;
    }

    async Task BindChecksAsync(CancellationToken ct)
    {
        var free = pipeline.Checks.Select(c => (Table: (Table?)null, Check: c));
        foreach (var (table, check) in pipeline.Models.Where(m => !_unsure.Contains(m.Name)).SelectMany(m => m.Checks.Select(c => (Table: (Table?)m.Table, Check: c))).Concat(free))
            await BindCheckAsync(check, table, ct);
    }

    // The verifier itself, on empty tables: what it cannot do here it cannot do in a run.
    async Task BindCheckAsync(Check check, Table? table, CancellationToken ct)
    {
        var unsure = false;
        var verifier = new Verifier(connection, Sql, RewriteAsync, DateTimeOffset.UnixEpoch);
        try
        {
            if (check is Check.RowCount count)
                await ModelReader.ReadTablesAsync(connection, $"SELECT 0 {count.Condition}", ct);
            await verifier.RunAsync([new(check, table, new HashSet<string>())], ct);
        }
        catch (NotOneSelectException e)
        {
            var inFile = check is Check.Query { } query && table is null ? LineAt(check.Line, query.Sql, e.Offset ?? 0) : check.Line;
            _findings.Add(new(check.File, inFile, e.Offset is null ? $"the check '{check.Name}' must be one SELECT" : $"the check '{check.Name}': {e.Message}"));
        }
        catch (Exception e) when ((e as DuckDbException ?? e.InnerException as DuckDbException) is { } why)
        {
            if (!unsure)
                _findings.Add(new(check.File, check.Line, $"the check '{check.Name}' cannot run: {why.Message.Split('\n')[0]}", Hint(why)));
        }

        async Task<string> RewriteAsync(string sql, CancellationToken stop)
        {
            unsure |= (await ModelReader.ReadTablesAsync(connection, sql, stop)).Any(t => _unsure.Contains(t.Name) || (NamesUnsure && !_provided.Contains(t.Name)));
            return sql;
        }
    }

    internal static string? Hint(DuckDbException e) =>
        e.Candidates is [var first, ..] && first.Trim('"') is var near && Contract.Own.All(own => own.Name != near) ? $"Did you mean '{near}'?"
        : e.Message.Contains("column", StringComparison.OrdinalIgnoreCase) ? "If it is a column of a feed, declare it under the feed's 'columns'."
        : null;

    internal static int LineAt(int line, string sql, int offset)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        return line + bytes.AsSpan(0, Math.Clamp(offset, 0, bytes.Length)).Count((byte)'\n');
    }
}
