using System.Globalization;
using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses;

/// <summary>Redshift's SQL where it differs from DuckDB's. Text without a length would be 256 bytes; there are no row addresses, so rows that come in have a number of their own.</summary>
static class RedshiftDialect
{
    const string Text = "VARCHAR(65535)";

    static readonly Dialect Family = PostgresDialect.Family("redshift");

    public static Dialect Instance { get; } =
        Family with
        {
            RowId = "_rid",
            DropRowId = "ALTER TABLE {0} DROP COLUMN _rid",
            Types = new Dictionary<string, string>
            {
                ["VARCHAR"] = Text, ["JSON"] = Text, ["DOUBLE"] = "DOUBLE PRECISION", ["FLOAT"] = "REAL", ["BLOB"] = "VARBYTE(1024000)", ["TINYINT"] = "SMALLINT", ["UTINYINT"] = "SMALLINT", ["USMALLINT"] = "INTEGER",
                ["UINTEGER"] = "BIGINT", ["UBIGINT"] = "DECIMAL(20,0)", ["HUGEINT"] = "DECIMAL(38,0)", ["UHUGEINT"] = "DECIMAL(38,0)", ["UUID"] = "VARCHAR(36)", ["INTERVAL"] = "VARCHAR(64)",
            },
            DoorTypes = new Dictionary<string, string>(Family.DoorTypes) { ["numeric"] = "DECIMAL(18,0)" },
            ColumnsQuery = """
                SELECT CAST(a.attname AS VARCHAR(127)), format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $schema AND c.relname = $name AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> '_rid' ORDER BY a.attnum
                """,
            Distinct = "({0} <> {1} OR ({0} IS NULL) <> ({1} IS NULL))",
            ContentOf = "coalesce(md5({0}), chr(30))",
            CreateLaidOut = Create,
            CreateView = "CREATE OR REPLACE VIEW {0} AS {1} WITH NO SCHEMA BINDING",
            FromHex = "strtol({0}, 16)",
            EpochMicros = "(CAST(floor(extract(epoch FROM {0})) AS BIGINT) * 1000000 + CAST(extract(microseconds FROM {0}) AS BIGINT) % 1000000)",
            NewId = "md5(CAST(random() AS VARCHAR(64)) || CAST(random() AS VARCHAR(64)))",
            ReadOnly = "BEGIN READ ONLY",
            RowAsJson = columns => $"json_serialize(object({string.Join(", ", columns.Select(c => $"{Dialect.DuckDb.Literal(c)}, s.{Dialect.DuckDb.Quote(c)}"))}))",
        };

    /// <summary>How rows are spread over the nodes and sorted on each, after the columns.</summary>
    public static string Attributes(TableLayout layout)
    {
        var spread = layout.DistKey is { } key ? $" DISTSTYLE KEY DISTKEY({Dialect.DuckDb.Quote(key)})" : layout.DistStyle is { } style ? $" DISTSTYLE {style.ToUpper(CultureInfo.InvariantCulture)}" : "";
        return spread + (layout.SortKey.Count > 0 ? $" COMPOUND SORTKEY({Dialect.DuckDb.Quote(layout.SortKey)})" : "");
    }

    // A table made of a SELECT cannot say how its columns are encoded; so where that is asked for it is made first and filled then.
    static string Create(string table, string select, IReadOnlyList<Column> columns, TableLayout layout)
    {
        var drop = $"DROP TABLE IF EXISTS {table} CASCADE; ";
        if (layout.Encodings.Count == 0)
            return $"{drop}CREATE TABLE {table}{Attributes(layout)} AS {select}";
        var defined = columns.Select(c => Instance.Define(c) + (layout.Encodings.TryGetValue(c.Name, out var encoding) ? $" ENCODE {encoding}" : ""));
        return $"{drop}CREATE TABLE {table} ({string.Join(", ", defined)}){Attributes(layout)}; INSERT INTO {table} {select}";
    }
}
