using System.Globalization;
using System.Net;
using System.Text;

namespace Cartage.Runs;

/// <summary>The quality report as one page that asks nothing of the network.</summary>
static class ReportHtml
{
    const string Style = """
        :root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1d2733;--soft:#5d6b7a;--line:#e3e7ec;--good:#1a7f4b;--warn:#a15c00;--bad:#b3261e;--accent:#1f5fbf}
        @media(prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1b2128;--ink:#e6eaf0;--soft:#98a5b3;--line:#2c353f;--good:#57c78b;--warn:#e6a94d;--bad:#ff8a80;--accent:#7fb0ff}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,sans-serif}
        main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:0 0 10px}
        header p{margin:2px 0;color:var(--soft)}section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin-top:18px}
        .state{display:inline-block;padding:2px 10px;border-radius:99px;font-weight:600;font-size:13px;border:1px solid currentColor;vertical-align:middle}
        .good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.lead{font-size:17px;color:var(--ink)!important}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:6px 10px;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
        td.n,th.n{text-align:right}th{color:var(--soft);font-weight:600;font-size:13px}td.wrap{white-space:normal;min-width:260px}
        code{font:13px ui-monospace,monospace;background:var(--bg);padding:1px 5px;border-radius:4px}details{margin-top:10px}summary{cursor:pointer;font-weight:600}summary .soft{font-weight:400}.zero{color:var(--soft);opacity:.55}
        .soft{color:var(--soft)}ul{margin:6px 0;padding-left:20px}
        """;

    public static string Render(ReportData data, ReportData? before)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>{Text(data.Pipeline)}: data quality, {data.IntervalEnd:yyyy-MM-dd}</title><style>{Style}</style></head><body><main>
            <header><h1>{Text(data.Pipeline)} <span class="state {Tone(data.State)}">{data.State.ToString().ToLowerInvariant()}</span></h1>
            <p class="lead">{Text(Headline(data))}</p>
            <p>Data up to {data.IntervalEnd:d MMMM yyyy HH:mm} UTC · run {Text(data.Run)} · took {Duration(data.TookMs)}</p></header>
            """);
        if (data.Message is not null)
            html.Append($"<section><h2>What happened</h2><p>{Text(data.Message)}</p>{(data.Hint is null ? "" : $"<p class=\"soft\">{Text(data.Hint)}</p>")}</section>");
        Rejected(html, data);
        Rows(html, data);
        SetAside(html, data);
        Checks(html, data);
        Tables(html, data, before);
        Tasks(html, data);
        return html.Append("</main></body></html>").ToString();
    }

    static string Headline(ReportData data)
    {
        var (read, aside) = (data.Equations.Sum(e => e.Read), data.Equations.Sum(e => e.Quarantined));
        var failed = data.Checks.Count(c => !c.Passed);
        var rows = read == 0 ? "No new rows arrived."
            : data.Equations.All(e => e.Holds) ? $"All {read:N0} rows read are accounted for; {(aside == 0 ? "none was set aside" : $"{aside:N0} were set aside")}."
            : "Rows do not add up: see below.";
        return $"{rows} {(data.Checks.Count == 0 ? "" : failed == 0 ? $"All {data.Checks.Count} checks passed." : $"{failed} of {data.Checks.Count} checks failed.")}";
    }

    static void Rows(StringBuilder html, ReportData data)
    {
        if (data.Equations.Count == 0)
            return;
        Table(html, "Where every row went", ["Feed", "#Read", "#New", "#Changed", "#Deleted", "#Unchanged", "#Superseded", "#Dropped", "#Set aside", "Adds up"],
            data.Equations.Select(e => new[] { Text(e.Feed), N(e.Read), N(e.Inserted), N(e.Updated), N(e.Deleted), N(e.Unchanged), N(e.Superseded), N(e.Dropped), e.Quarantined > 0 ? $"<b class=\"warn\">{N(e.Quarantined)}</b>" : "0", e.Holds ? "<span class=\"good\">✓ yes</span>" : "<b class=\"bad\">✗ no</b>" }));
    }

    static void Rejected(StringBuilder html, ReportData data)
    {
        if (data.Rejected.Count > 0)
            Table(html, "Rows that stopped this run", ["Feed", "Rule", "#Rows", "For example"],
                data.Rejected.Select(r => new[] { Text(r.Feed), $"<b class=\"bad\">{Text(r.Rules)}</b>", N(r.Rows), "\u0001" + Text(r.Example) }),
                $"Nothing was published. Mend the data and run again, or set these rows aside once with <code>cartage run{string.Concat(data.Rejected.Select(r => r.Feed).Distinct().Select(f => $" --set-aside {Text(f)}"))}</code>.");
        if (data.Warnings.Count > 0)
            html.Append("<section><h2>Warnings</h2><ul>").AppendJoin("", data.Warnings.Select(w => $"<li>{Text(w)}</li>")).Append("</ul></section>");
    }

    static void SetAside(StringBuilder html, ReportData data)
    {
        if (data.SetAside.Count == 0)
            return;
        Table(html, "Waiting in quarantine, and why", ["Feed", "Rule", "#Rows", "For example"],
            data.SetAside.Select(r => new[] { Text(r.Feed), Text(r.Rules), N(r.Rows), "\u0001" + Text(r.Example) }),
            $"Look at them with <code>cartage quarantine show {Text(data.Pipeline)}.{Text(data.SetAside[0].Feed)}</code>, repair them with <code>cartage quarantine fix</code>, bring them in with <code>cartage quarantine release</code>.");
    }

    static void Checks(StringBuilder html, ReportData data)
    {
        if (data.Checks.Count == 0)
            return;
        html.Append("<section><h2>Checks</h2>");
        foreach (var check in data.Checks.Where(c => !c.Passed))
        {
            html.Append($"<p><b class=\"{(check.Severity == "warn" ? "warn" : "bad")}\">✗ {Text(check.Name)}</b> — {Text(check.Message ?? "")}{(check.Accepted ? " <i>(accepted for this run)</i>" : "")}</p>");
            if (check.Samples.Count > 0)
                html.Append("<ul>").AppendJoin("", check.Samples.Select(s => $"<li><code>{Text(s)}</code></li>")).Append("</ul>");
        }
        var passed = data.Checks.Where(c => c.Passed).ToList();
        if (passed.Count > 0)
            html.Append($"<details{(passed.Count == data.Checks.Count ? "" : " open")}><summary class=\"good\">✓ {passed.Count} passed</summary><ul>")
                .AppendJoin("", passed.Select(c => $"<li>{Text(c.Name)}{(c.Failing > 0 ? $" <span class=\"soft\">({c.Failing:N0} within what is allowed)</span>" : "")}</li>"))
                .Append("</ul></details>");
        html.Append("</section>");
    }

    static void Tables(StringBuilder html, ReportData data, ReportData? before)
    {
        if (data.Tables.Count == 0)
            return;
        html.Append("<section><h2>Tables that changed</h2>");
        foreach (var table in data.Tables)
        {
            var task = data.Tasks.FirstOrDefault(t => t.Kind == "build" && t.Name == table.Table);
            var old = before?.Tables.FirstOrDefault(t => t.Table == table.Table);
            var change = old is null ? "" : $" ({table.Rows - old.Rows:+#,0;−#,0;±0} against the run before)";
            html.Append($"<details><summary>{Text(table.Table)} <span class=\"soft\">— {N(table.Rows)} rows{change}; {Counts(task)}</span></summary>");
            Grid(html, ["Column", "Type", "#Missing", "#Different values", "Smallest", "Greatest", "#Mean", "#Mean before"],
                table.Columns.Select(c => new[] { Text(c.Name), Text(c.Type.ToLowerInvariant()), N(c.Nulls), c.About ? "–" : N(c.Distinct), Text(c.Min ?? "–"), Text(c.Max ?? "–"), Mean(c.Mean), Mean(old?.Columns.FirstOrDefault(o => o.Name == c.Name)?.Mean) }));
            html.Append("</details>");
        }
        html.Append("</section>");
    }

    static string Counts(TaskResult? task) =>
        string.Join(", ", new[] { (task?.Inserted, "inserted"), (task?.Updated, "updated"), (task?.Closed, "closed"), (task?.Deleted, "removed"), (task?.Unchanged, "unchanged") }.Where(c => c.Item1 > 0).Select(c => $"{N(c.Item1 ?? 0)} {c.Item2}"));

    static void Tasks(StringBuilder html, ReportData data)
    {
        html.Append("<section><details><summary>Steps</summary>");
        Grid(html, ["Step", "Of", "State", "#Took", "Why"], data.Tasks.Select(t => new[] { Text(t.Kind), Text(t.Name), t.State.ToString().ToLowerInvariant(), Duration(t.Took.TotalMilliseconds), Text(t.Why) }));
        html.Append("</details></section>");
    }

    static void Table(StringBuilder html, string title, string[] head, IEnumerable<string[]> rows, string? note = null)
    {
        html.Append($"<section><h2>{title}</h2>");
        Grid(html, head, rows);
        html.Append(note is null ? "</section>" : $"<p class=\"soft\">{note}</p></section>");
    }

    // A heading that starts with # is a number's column; a cell that starts with U+0001 may wrap.
    static void Grid(StringBuilder html, string[] head, IEnumerable<string[]> rows)
    {
        string Class(int i) => head[i][0] == '#' ? " class=\"n\"" : "";
        html.Append("<div class=\"scroll\"><table><thead><tr>").AppendJoin("", head.Select((h, i) => $"<th scope=\"col\"{Class(i)}>{h.TrimStart('#')}</th>")).Append("</tr></thead><tbody>");
        foreach (var row in rows)
            html.Append("<tr>").AppendJoin("", row.Select((cell, i) => cell.StartsWith('\u0001') ? $"<td class=\"wrap\">{cell[1..]}</td>" : $"<td{Class(i)}>{cell}</td>")).Append("</tr>");
        html.Append("</tbody></table></div>");
    }

    static string Tone(RunState state) => state switch { RunState.Succeeded => "good", RunState.Quarantined => "warn", _ => "bad" };

    static string Duration(double ms) => ms < 1000 ? $"{ms:0} ms" : $"{ms / 1000:0.0} s";

    static string Mean(double? value) => value is { } v ? v.ToString("#,0.##", CultureInfo.InvariantCulture) : "–";

    static string N(long value) => value == 0 ? "<span class=\"zero\">0</span>" : value.ToString("N0", CultureInfo.InvariantCulture);

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
