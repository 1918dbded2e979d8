using Cartage.Warehouses;

namespace Cartage.Connectors.Warehouses;

/// <summary>PostgreSQL's SQL where it differs from DuckDB's.</summary>
static class PostgresDialect
{
    /// <summary>What PostgreSQL and its descendants have in common.</summary>
    public static Dialect Family(string name) =>
        new(name)
        {
            RowsStay = false,
            SwapsUnseen = false,
            SkipsBlocks = false,
            HasMemory = false,
            Gather = "",
            DoorTypes = new Dictionary<string, string>
            {
                ["text"] = "VARCHAR", ["character varying"] = "VARCHAR", ["character"] = "VARCHAR", ["name"] = "VARCHAR", ["unknown"] = "VARCHAR", ["json"] = "VARCHAR", ["jsonb"] = "VARCHAR", ["super"] = "VARCHAR",
                ["smallint"] = "SMALLINT", ["integer"] = "INTEGER", ["bigint"] = "BIGINT", ["real"] = "FLOAT", ["double precision"] = "DOUBLE", ["numeric"] = "DECIMAL(38,10)",
                ["boolean"] = "BOOLEAN", ["date"] = "DATE", ["time without time zone"] = "TIME", ["timestamp without time zone"] = "TIMESTAMP", ["timestamp with time zone"] = "TIMESTAMPTZ",
                ["uuid"] = "UUID", ["interval"] = "INTERVAL", ["bytea"] = "BLOB", ["varbyte"] = "BLOB", ["binary varying"] = "BLOB",
            },
            CreateAs = "DROP TABLE IF EXISTS {0} CASCADE; CREATE TABLE {0} AS {1}",
            CreateEmpty = "DROP TABLE IF EXISTS {0} CASCADE; CREATE TABLE {0} ({1})",
            Analyze = "ANALYZE {0}",
            AreTickedOff = "",
            AreDistinct = "SELECT count(*) = 0 FROM (SELECT 1 FROM {0} GROUP BY {1} HAVING count(*) > 1 LIMIT 1) AS d",
            IsNoneOf = "NOT EXISTS (SELECT 1 FROM ({1}) p WHERE p.k = {0})",
            Matches = "{0} ~ {1}",
            SearchPath = schemas => $"SET search_path = {string.Join(", ", schemas)}",
            Explain = PostgresErrors.Explain,
        };

    /// <summary>For one project's tables. Text is ordered by code point, as in DuckDB, under <paramref name="collation"/>: columns made of such columns inherit it.</summary>
    public static Dialect For(string project, string collation, TimeSpan lockTimeout)
    {
        var key = Key(project);
        return Family("postgres") with
        {
            RowId = "ctid",
            Collation = $" COLLATE \"{collation}\"",
            Types = new Dictionary<string, string>
            {
                ["VARCHAR"] = "text", ["JSON"] = "jsonb", ["DOUBLE"] = "double precision", ["FLOAT"] = "real", ["BLOB"] = "bytea", ["TINYINT"] = "smallint", ["UTINYINT"] = "smallint",
                ["USMALLINT"] = "integer", ["UINTEGER"] = "bigint", ["UBIGINT"] = "numeric(20,0)", ["HUGEINT"] = "numeric(39,0)", ["UHUGEINT"] = "numeric(39,0)",
            },
            ColumnsQuery = """
                SELECT a.attname::text, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $schema AND c.relname = $name AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
                """,
            FromHex = "CAST(CAST('x0' || {0} AS bit(64)) AS bigint)",
            EpochMicros = "CAST(extract(epoch FROM {0}) * 1000000 AS bigint)",
            LatestOf = "(array_agg({0} ORDER BY {1} DESC))[1]",
            NewId = "gen_random_uuid()",
            CreateView = "CREATE VIEW {0} AS {1}",
            ViewDefinition = "SELECT pg_get_viewdef(CAST({0} AS regclass))",
            Dependents = DependentsQuery,
            Grants = $"SELECT {GrantsOf("c")} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $schema AND c.relname = $name",
            Impatience = $"SET LOCAL lock_timeout = {(long)lockTimeout.TotalMilliseconds}",
            ReadOnly = "SET default_transaction_read_only = on",
            TryLock = $"SELECT pg_try_advisory_lock({key})",
            LockHolder = $"""
                SELECT concat(a.application_name, ' on ', coalesce(host(a.client_addr), 'the same machine'), ', connected since ', to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ' UTC (server process ', a.pid, ')')
                FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND l.classid::bigint << 32 | l.objid::bigint = {key} LIMIT 1
                """,
        };
    }

    /// <summary>What whoever has a project's tables for itself holds an advisory lock on.</summary>
    public static string Key(string project) => $"hashtextextended({Dialect.DuckDb.Literal("cartage " + project)}, 0)";

    // Views over views: those that need no other come last when they are taken away, and first when they are brought back.
    static string DependentsQuery =>
        $"""
        WITH RECURSIVE d AS (
          SELECT r.ev_class AS oid, 1 AS depth FROM pg_depend p JOIN pg_rewrite r ON r.oid = p.objid
          WHERE p.classid = 'pg_rewrite'::regclass AND p.refclassid = 'pg_class'::regclass AND r.ev_class <> p.refobjid
            AND p.refobjid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $schema AND c.relname = $name)
          UNION
          SELECT r.ev_class, d.depth + 1 FROM d JOIN pg_depend p ON p.refobjid = d.oid AND p.classid = 'pg_rewrite'::regclass AND p.refclassid = 'pg_class'::regclass
          JOIN pg_rewrite r ON r.oid = p.objid WHERE r.ev_class <> d.oid)
        SELECT n.nspname::text, c.relname::text, concat('CREATE VIEW ', format('%I.%I', n.nspname, c.relname), ' AS ', pg_get_viewdef(c.oid),
          CASE WHEN c.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user) THEN format('; ALTER VIEW %I.%I OWNER TO %I; ', n.nspname, c.relname, pg_get_userbyid(c.relowner)) END, {GrantsOf("c")})
        FROM (SELECT oid, max(depth) AS depth FROM d GROUP BY oid) x JOIN pg_class c ON c.oid = x.oid AND c.relkind = 'v' JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY x.depth, c.oid
        """;

    static string GrantsOf(string c) =>
        $"(SELECT string_agg(format('GRANT %s ON %I.%I TO %s', a.privilege_type, n.nspname, {c}.relname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END), '; ') FROM aclexplode({c}.relacl) a WHERE a.grantee <> {c}.relowner)";
}
