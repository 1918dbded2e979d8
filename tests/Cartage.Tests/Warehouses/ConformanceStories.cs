using Cartage.Runs;

namespace Cartage.Tests.Warehouses;

/// <summary>One thing that happens to the project: files that come, and a run.</summary>
sealed record Step(IReadOnlyList<(string File, string Content)> Files, RunRequest Request);

/// <summary>What happens to the project, and what its tables then say.</summary>
sealed record Story(string Name, IReadOnlyList<Step> Steps, IReadOnlyList<(string Sql, string Expected)> Truths);

/// <summary>The stories every warehouse must tell alike.</summary>
static class ConformanceStories
{
    const string Customers = "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-01 08:00:00,Y\n2,Bob,,2024-01-01 08:00:00,Y\n3,\"Zoë, Ünal\",ästad,2024-01-01 09:30:00.25,Y\n";
    const string Orders = "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-02,10.00,2024-01-02 00:00:00\n2,2,2024-01-02,25.50,2024-01-02 00:00:00\n3,3,2024-01-03,44.05,2024-01-03 00:00:00\n";
    const string Rates = "code,rate\nEUR,1.5\nUSD,0.1\n";
    const string Events = "seen_at,kind,size\n2024-01-01 10:00:00,click,1\n2024-01-01 10:00:00,click,1\n2024-01-01 11:00:00,view,2\n2024-01-02 10:00:00,click,9\n2024-01-02 12:00:00,,3\n";
    const string Types =
        "id,t,n,d,h,ts,tz,b,u,f\n1,plain,12.340,2024-02-29,12:30:00,2024-02-29 12:30:00.5,2024-02-29 12:30:00+02,true,00112233-4455-6677-8899-aabbccddeeff,0.1\n"
        + "9007199254740993,\"with \"\"quotes\"\", 'single', \\ and € 😀\",-0.001,1900-01-01,00:00:00,1969-12-31 23:59:59.999999,1999-12-31 23:59:59Z,false,ffffffff-ffff-ffff-ffff-ffffffffffff,-1e300\n3,,,,,,,,,\n";

    static readonly (string, string)[] First = [("customers-1.csv", Customers), ("orders-1.csv", Orders), ("rates-1.csv", Rates), ("events-1.csv", Events), ("types-1.csv", Types)];

    public static readonly IReadOnlyList<Story> All =
    [
        new("a first load", [Day(1, First)],
        [
            ("SELECT order_id, amount, status FROM shop.keyed ORDER BY 1", "1|10|done;2|25.5|lost;3|44.05|open"),
            ("SELECT customer_id, name, is_current FROM shop.dim_customers WHERE customer_key > 0 ORDER BY 1", "1|Ann|true;2|Bob|true;3|Zoë, Ünal|true"),
            ("SELECT kind, times FROM shop.appended ORDER BY kind", "click|2;view|1"),
            ("SELECT count(*) FROM shop.bag", "5"),
            ("SELECT city FROM shop.a_view ORDER BY city", "Paris;ästad"),
        ]),
        new("nothing new", [Day(1, First), Day(1), Day(2)],
        [
            ("SELECT kind, times FROM shop.appended ORDER BY kind NULLS FIRST, times", "|1;click|1;click|2;view|1"),
            ("SELECT count(*) FROM shop.by_day", "5"),
        ]),
        new("changes, deletions and returns", [Day(1, First),
            Day(2, ("customers-2.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-01-02 10:00:00,Y\n2,Bob,,2024-01-02 10:00:00,N\n4,Dan,Oslo,2024-01-02 10:00:00,Y\n"), ("orders-2.csv", "order_id,customer_id,order_date,amount,updated_at\n1,1,2024-01-02,11.00,2024-01-03 00:00:00\n4,4,2024-01-03,5.00,2024-01-03 00:00:00\n"), ("rates-2.csv", "code,rate\nEUR,1.6\nUSD,0.1\nGBP,2\n")),
            Day(3, ("customers-3.csv", "customer_id,name,city,updated_at,is_active\n2,Bob,Bonn,2024-01-03 10:00:00,Y\n1,Ann,Rome,2024-01-03 10:00:00,Y\n"), ("events-3.csv", "seen_at,kind,size\n2024-01-03 01:00:00,click,1\n2024-01-03 02:00:00,buy,2\n"))],
        [
            ("SELECT name, city, is_current, is_deleted FROM shop.dim_customers WHERE customer_id IN (1, 2) ORDER BY customer_id, valid_from", "Ann|Paris|false|false;Ann|Rome|true|false;Bob||false|false;Bob||false|true;Bob|Bonn|true|false"),
            ("SELECT code, rate, is_current FROM shop.dim_rates WHERE rate_key > 0 ORDER BY code, valid_from", "EUR|1.5|false;EUR|1.6|true;GBP|2|true;USD|0.1|true"),
            ("SELECT order_id, amount FROM shop.fact ORDER BY 1", "1|11;2|25.5;3|44.05;4|5"),
            ("SELECT count(*) FROM shop_raw.customers_history", "8"),
        ]),
        new("late and out of order", [Day(1, ("customers-1.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-01-05 00:00:00,Y\n"), ("orders-1.csv", Orders.Split('\n')[0] + "\n1,1,2024-01-03,10.00,2024-01-03 00:00:00\n")),
            Day(2, ("customers-0.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Paris,2024-01-02 00:00:00,Y\n1,Ann,Paris,2024-01-01 00:00:00,Y\n1,Ann,Rome,2024-01-05 00:00:00,Y\n"))],
        [
            ("SELECT city FROM shop_raw.customers", "Rome"),
            ("SELECT city, is_current FROM shop.dim_customers WHERE customer_id = 1 ORDER BY valid_from", "Paris|false;Rome|true"),
            ("SELECT d.city FROM shop.fact f JOIN shop.dim_customers d ON d.customer_key = f.customer_key", "Paris"),
        ]),
        new("dirt, mended and released", [
            Day(1, ("customers-1.csv", Customers + "x,Bad,Town,2024-01-01 08:00:00,Y\n5,,Town,2024-01-01 08:00:00,Y\n6,Eve,Town,not a time,Y\n7,Flo,Town,2024-01-01 08:00:00,Q\n8\n"), ("orders-1.csv", Orders + "7,99,2024-01-02,1.00,2024-01-02 00:00:00\n8,7,2024-01-02,1.00,2024-01-02 00:00:00\n9,1,2024-01-02,-1,2024-01-02 00:00:00\n1,1,2024-01-02,10.00,2024-01-02 00:00:00\n"), ("events-1.csv", Events + "2024-01-01 12:00:00,large,500\n")),
            Day(2, ("customers-2.csv", "customer_id,name,city,updated_at,is_active\n99,Gus,,2024-01-02 08:00:00,Y\n"), ("rates-1.csv", Rates), ("rates-2.csv", "code,rate\nCHF,1\nCHF,2\n"))],
        [
            ("SELECT _rules, _status FROM shop_quarantine.customers ORDER BY _record", "type|open;required|open;type|open;one_of|open;columns|open"),
            ("SELECT order_id, _rules, _status FROM shop_quarantine.orders ORDER BY order_id", "7|unknown_reference|released;8|parent_quarantined|open;9|range|open"),
            ("SELECT code, _rules FROM shop_quarantine.rates ORDER BY _record", "CHF|key_conflict;CHF|key_conflict"),
            ("SELECT count(*) FROM shop_raw.orders", "4"),
        ]),
        new("a column more", [Day(1, First), Day(2, ("customers-2.csv", "customer_id,name,city,updated_at,is_active,tier\n1,Ann,Rome,2024-01-02 10:00:00,Y,gold\n4,Dan,Oslo,2024-01-02 10:00:00,Y,\n")), Day(3, ("customers-3.csv", "customer_id,name,city,updated_at,is_active\n3,Zoe,Oslo,2024-01-03 10:00:00,Y\n"))],
        [
            ("SELECT customer_id, tier FROM shop_raw.customers ORDER BY 1", "1|gold;2|;3|;4|"),
            ("SELECT count(*), count(tier) FROM shop_raw.customers_history", "6|1"),
        ]),
        new("everything anew", [Day(1, First), Day(2, ("customers-2.csv", "customer_id,name,city,updated_at,is_active\n1,Ann,Rome,2024-01-02 10:00:00,Y\n1,Ann,Kiel,2024-01-02 09:00:00,Y\n")), Day(3) with { Request = new() { FullRefresh = true, From = At(1), To = At(4) } }],
        [
            ("SELECT city FROM shop.dim_customers WHERE customer_id = 1 ORDER BY valid_from", "Paris;Kiel;Rome"),
            ("SELECT count(*) FROM shop_raw.customers_history", "5"),
            ("SELECT count(*) FROM shop.by_day", "5"),
        ]),
        new("a broken check publishes nothing", [Day(1, First), Day(2, ("orders-2.csv", "order_id,customer_id,order_date,amount,updated_at\n5,1,2024-01-02,99.00,2024-01-04 00:00:00\n"), ("../pipelines/shop/checks/never.sql", "select order_id from keyed where order_id = 5"))],
        [("SELECT count(*) FROM shop.keyed", "3"), ("SELECT count(*) FROM shop_raw.orders", "3")]),
        new("models change their columns and kinds", [Day(1, First),
            Day(2, ("../pipelines/shop/models/unkeyed.sql", "select name, cast(count(*) as decimal(10,2)) as people from customers group by name"), ("../pipelines/shop/models/a_view.sql", "/* ---\nkind: view\n--- */\nselect customer_id, lower(name) as name, city, 1 as one from customers"),
                ("../pipelines/shop/models/bag.sql", "/* ---\nkind: view\n--- */\nselect kind from events"), ("../pipelines/shop/models/a_view_of_a_view.sql", "select city, count(*) as people from a_view group by city"))],
        [
            ("SELECT name, people FROM shop.unkeyed ORDER BY name", "Ann|1;Bob|1;Zoë, Ünal|1"),
            ("SELECT name, one FROM shop.a_view ORDER BY customer_id", "ann|1;bob|1;zoë, ünal|1"),
            ("SELECT count(*) FROM shop.bag", "5"),
        ]),
    ];

    static Step Day(int day, params (string, string)[] files) => new(files, new() { From = At(day), To = At(day + 1) });

    static DateTimeOffset At(int day) => new(2024, 1, day, 0, 0, 0, TimeSpan.Zero);
}
