using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Host.Gen;

/// <summary>
/// Chance and words for the SQL: every value is a hash of the seed, what it is for and the row's key, so neither threads nor order matter.
/// Lists are variables, not tables, because looking into a list keeps the rows' order where a join would not.
/// </summary>
static class Vocabulary
{
    public static Task TeachAsync(DuckDbConnection connection, long seed, CancellationToken ct) =>
        connection.ExecuteAsync(
            Chance + Words + Time,
            ct,
            ("seed", seed),
            ("first_names", Split(PeopleNames.First)),
            ("last_names", Split(PeopleNames.Last)),
            ("mail", Split(PeopleNames.Mail)),
            ("streets", PlaceNames.Streets),
            ("roads", PlaceNames.Roads),
            ("cities", PlaceNames.Cities)
        );

    // The outer hash stirs: without it two draws for one key would differ by a constant only.
    const string Chance = """
        SET VARIABLE seed = $seed;
        CREATE MACRO draw(what, about) AS hash(hash(getvariable('seed'), what, about));
        CREATE MACRO die(sides, what, about) AS (draw(what, about) % sides::UBIGINT)::BIGINT;
        CREATE MACRO share(what, about) AS (draw(what, about) >> 11)::DOUBLE / 9007199254740992;
        CREATE MACRO pick(choices, what, about) AS choices[1 + die(len(choices), what, about)];
        CREATE MACRO fields(lines) AS TABLE SELECT string_split(line, '|') AS f FROM (SELECT unnest(string_split(lines, chr(10))) AS line);
        """;

    const string Words = """
        SET VARIABLE first_names = string_split($first_names, ' ');
        SET VARIABLE last_names = string_split($last_names, ' ');
        SET VARIABLE mail = string_split($mail, ' ');
        SET VARIABLE streets = string_split($streets, '|');
        SET VARIABLE roads = string_split($roads, '|');
        SET VARIABLE places = (
          SELECT list({'city': f[1], 'state': f[2], 'zip': f[3], 'area': f[4]} ORDER BY f, n)
          FROM fields($cities) CROSS JOIN range(f[5]::BIGINT) AS weights(n)
        );
        CREATE MACRO place(about) AS pick(getvariable('places'), 'place', about);
        CREATE MACRO telephone(area, about) AS printf('(%s) 555-%04d', area, die(10000, 'telephone', about));
        CREATE MACRO street(about) AS concat(
          (CASE die(8, 'digits', about) WHEN 0 THEN 1 WHEN 1 THEN 10 WHEN 2 THEN 10 WHEN 7 THEN 1000 ELSE 100 END * (1 + 9 * share('number', about)))::INTEGER,
          CASE WHEN die(16, 'unit', about) = 0 THEN chr(65 + die(4, 'letter', about)::INTEGER) END,
          ' ', pick(getvariable('streets'), 'street', about), ' ', pick(getvariable('roads'), 'road', about)
        );
        CREATE MACRO mailbox(first_name, last_name, suffix, about) AS concat(
          lower(replace(strip_accents(concat(first_name, CASE WHEN die(4, 'dot', about) = 0 THEN '_' ELSE '.' END, last_name)), '''', '')),
          suffix, '@', pick(getvariable('mail'), 'mail', about)
        );
        """;

    const string Time = """
        CREATE MACRO busy(day) AS
          [0.62, 0.68, 0.92, 1.18, 1.36, 1.38, 1.30, 1.16, 1.00, 0.84, 0.70, 0.86][month(day)]::DOUBLE
          * [0.72, 0.78, 0.85, 0.92, 1.12, 1.55, 1.06][isodow(day)]::DOUBLE
          * (0.86 + 0.14 * (year(day) - 2016)) * (0.85 + 0.3 * share('day', day));
        """;

    static string Split(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
