using System.Text;
using Cartage.DuckDb;
using Cartage.Ingest;
using Cartage.Models;
using Cartage.Warehouses;

namespace Cartage.Projects;

/// <summary>Binds every model against the contracts and the models above it, on empty tables: SQL mistakes at their lines, without data, secrets or network.</summary>
public static class Binding
{
    static readonly Dialect Sql = Dialect.DuckDb;

    /// <summary>Every mistake in the SQL of a project.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(Project project, CancellationToken ct)
    {
        List<Finding> findings = [];
        await using var connection = new DuckDbConnection("DataSource=:memory:;threads=1");
        await connection.OpenAsync(ct);
        foreach (var pipeline in project.Pipelines)
            await CheckAsync(connection, project, pipeline, findings, ct);
        return findings;
    }

    static async Task CheckAsync(DuckDbConnection connection, Project project, Pipeline pipeline, List<Finding> findings, CancellationToken ct)
    {
        var (raw, own) = (Table.RawSchema(pipeline.Name), Table.ModelSchema(pipeline.Name));
        await connection.ExecuteAsync($"CREATE SCHEMA {Sql.Quote(raw)}; CREATE SCHEMA {Sql.Quote(own)};", ct);
        HashSet<string> open = [];
        foreach (var feed in pipeline.Feeds)
        {
            if (feed.Columns.Count == 0)
                open.Add(feed.Name);
            var columns = string.Join(", ", feed.Columns.Select(c => new Column(c.Name, Contract.SqlType(c.Type) ?? "VARCHAR")).Concat(Contract.Own).Select(c => $"{Sql.Quote(c.Name)} {c.Type}"));
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {Sql.Quote(feed.Base)} ({columns}); CREATE OR REPLACE VIEW {Sql.Quote(feed.History)} AS FROM {Sql.Quote(feed.Base)};", ct);
        }
        Dictionary<string, IReadOnlyList<string>> reads = [];
        var provided = pipeline.Feeds.SelectMany(f => f.KeepsHistory ? new[] { f.Name, f.History.Name } : [f.Name]).Concat(pipeline.Models.Select(m => m.Name)).ToHashSet();
        foreach (var model in pipeline.Models)
            if (await ReadsAsync(connection, project, pipeline, model, provided, findings, ct) is { } names)
                reads[model.Name] = names;
        var (order, cycle) = ModelGraph.Sort(reads);
        if (cycle is not null)
        {
            findings.Add(new(pipeline.Models.First(m => m.Name == cycle[0]).File, 1, $"the models read each other in a circle: {string.Join(" → ", cycle)}", "Break it: one of them must not read the next."));
            return;
        }
        HashSet<string> unbound = [];
        foreach (var model in order.Select(n => pipeline.Models.First(m => m.Name == n)))
            if (reads[model.Name].Any(n => unbound.Contains(n) || open.Contains(n) || open.Contains(n.Replace("_history", ""))) || !await BindAsync(connection, project, pipeline, model, findings, ct))
                unbound.Add(model.Name);
    }

    static async Task<IReadOnlyList<string>?> ReadsAsync(DuckDbConnection connection, Project project, Pipeline pipeline, Model model, HashSet<string> provided, List<Finding> findings, CancellationToken ct)
    {
        foreach (var name in Template.Names(model.Sql).Where(n => !(n is "start" or "end" or "this" || n.StartsWith("var.", StringComparison.Ordinal) && project.Variables.ContainsKey(n[4..]))))
            findings.Add(new(model.File, model.SqlLine, $"the placeholder '{{{{ {name} }}}}' has no value", "There are start, end, this and var.NAME with a variable of project.yml."));
        try
        {
            var tables = await ModelReader.ReadTablesAsync(connection, Template.Neutral(model.Sql), ct);
            var bytes = Encoding.UTF8.GetBytes(Template.Neutral(model.Sql));
            var sound = true;
            foreach (var table in tables.Where(t => t.Schema is null && t.Name != "this" && !provided.Contains(t.Name)))
            {
                findings.Add(new(model.File, LineAt(model, bytes, table.Offset), $"reads '{table.Name}', which no feed or model provides.", Spelling.Suggest(table.Name, provided)));
                sound = false;
            }
            foreach (var (what, offset) in await ModelReader.ReadUnportableAsync(connection, Template.Neutral(model.Sql), ct))
                findings.Add(new(model.File, LineAt(model, bytes, offset), $"uses {what}, which only DuckDB has", "Write it as docs/portable-sql.md says."));
            return sound ? [.. tables.Select(t => t.Name).Concat(model.Dimensions.Select(d => d.Dimension)).Distinct()] : null;
        }
        catch (FormatException e)
        {
            await ReportUnreadableAsync(connection, model, e.Message, findings, ct);
            return null;
        }
    }

    // The serializer says only that it is no SELECT; preparing the text says where.
    static async Task ReportUnreadableAsync(DuckDbConnection connection, Model model, string message, List<Finding> findings, CancellationToken ct)
    {
        try
        {
            await connection.ExecuteAsync("SET errors_as_json = true", ct);
            await connection.ExecuteAsync($"EXPLAIN {Template.Neutral(model.Sql)}", ct);
        }
        catch (DuckDbException e) when (e.ErrorType == DuckDbErrorType.Parser || e.Message.Contains("syntax", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = Encoding.UTF8.GetBytes("EXPLAIN " + Template.Neutral(model.Sql));
            findings.Add(new(model.File, LineAt(model, bytes, e.Position ?? 0), e.Message.Split('\n')[0]));
            return;
        }
        catch (DuckDbException)
        {
            // what it says of tables that are not there is not what is wrong
        }
        findings.Add(new(model.File, model.SqlLine, message.Contains("Only SELECT", StringComparison.Ordinal) ? "a model is one SELECT; this is something else, or more than one statement" : message, "Cartage itself writes every INSERT, MERGE and CREATE."));
    }

    static async Task<bool> BindAsync(DuckDbConnection connection, Project project, Pipeline pipeline, Model model, List<Finding> findings, CancellationToken ct)
    {
        var neutral = Template.Neutral(model.Sql);
        var schemas = project.Pipelines.Select(p => Table.ModelSchema(p.Name)).ToHashSet();
        try
        {
            await connection.ExecuteAsync($"SET errors_as_json = true; SET search_path = '{Table.ModelSchema(pipeline.Name)},{Table.RawSchema(pipeline.Name)}'", ct);
            var columns = await connection.QueryAsync($"DESCRIBE {neutral}", r => new Column(r.GetString(0), r.GetString(1)), ct);
            foreach (var look in model.Dimensions)
            {
                foreach (var name in new[] { look.Key, look.At }.OfType<string>().Where(n => columns.All(c => c.Name != n)))
                    findings.Add(new(model.File, 1, $"the look-up of {look.Column} needs the column '{name}', which the SELECT does not return.", Spelling.Suggest(name, columns.Select(c => c.Name))));
                columns = [.. columns.Select(c => c.Name == look.Key ? new Column(look.Column, "BIGINT") : c)];
            }
            if (model.Materialization is Materialization.Scd2 s)
                columns = [new(s.Surrogate, "BIGINT"), .. columns.Where(c => c.Name != s.UpdatedAt && c.Name != s.Deleted && c.Name is not ("_object" or "_record")), new("valid_from", "TIMESTAMP"), new("valid_to", "TIMESTAMP"), new("is_current", "BOOLEAN"), new("is_deleted", "BOOLEAN")];
            foreach (var (name, what) in Needed(model).Where(n => columns.All(c => c.Name != n.Name)))
                findings.Add(new(model.File, 1, $"its {what} is the column '{name}', which the SELECT does not return.", Spelling.Suggest(name, columns.Select(c => c.Name))));
            await connection.ExecuteAsync($"CREATE OR REPLACE TABLE {Sql.Quote(model.Table)} ({string.Join(", ", columns.Select(c => $"{Sql.Quote(c.Name)} {c.Type}"))})", ct);
            return true;
        }
        catch (DuckDbException e)
        {
            var bytes = Encoding.UTF8.GetBytes("DESCRIBE " + neutral);
            var at = e.Position is { } p ? LineAt(model, bytes, p) : model.SqlLine;
            findings.Add(new(model.File, at, e.Message.Split('\n')[0], e.Candidates.Count > 0 ? $"Did you mean '{e.Candidates[0].Trim('"')}'?" : null));
            return false;
        }
    }

    static IEnumerable<(string Name, string What)> Needed(Model model) =>
        model.Materialization switch
        {
            Materialization.FullTable t => t.Key.Select(k => (k, "key")),
            Materialization.Merge m => m.Key.Select(k => (k, "key")),
            Materialization.Scd2 s => [(s.Key, "key")],
            Materialization.ReplaceInterval i => [(i.Time, "time")],
            _ => [],
        };

    static int LineAt(Model model, byte[] sql, int offset) => model.SqlLine + sql.AsSpan(0, Math.Clamp(offset, 0, sql.Length)).Count((byte)'\n');
}
