namespace Cartage.Host.Gen;

/// <summary>The shops and what they sell; makers, models and people are invented.</summary>
static class BikeNames
{
    public const string Brands = "Ashgrove|Bellwether|Corrigan|Driftwell|Fernhollow|Larkspur Cycles|Marlowe & Pike|Northfell|Tamarack";

    public const string Categories = "Kids Bikes|City Bikes|Cruisers|Gravel Bikes|Electric Bikes|Mountain Bikes|Road Bikes";

    /// <summary>A line each: name, phone, mailbox, street, city, state, zip.</summary>
    public const string Stores = """
        Monterey Bay Bikes|(831) 555-0142|montereybay@bikes.example|418 Foundry Street|Monterey|CA|93940
        Hudson Valley Bikes|(845) 555-0117|hudsonvalley@bikes.example|27 Main Street|Poughkeepsie|NY|12603
        Hill Country Bikes|(512) 555-0164|hillcountry@bikes.example|1509 Sawmill Road|San Marcos|TX|78666
        """;

    /// <summary>A line each: store and the number of the one they report to; 1 runs the company, and managers do not sell.</summary>
    public const string Staffs = """
        1|NULL
        1|1
        1|2
        1|2
        2|1
        2|5
        2|5
        3|1
        3|8
        3|8
        """;

    /// <summary>A line each: maker, category, model, price of the plainest in dollars. A model may be in two categories, as in any shop.</summary>
    public const string Models = """
        Ashgrove|Mountain Bikes|Cairn|620
        Ashgrove|Mountain Bikes|Outcrop|1150
        Ashgrove|Mountain Bikes|Talus|2100
        Ashgrove|Gravel Bikes|Farmgate|1050
        Ashgrove|Electric Bikes|Cairn Volt|2900
        Bellwether|City Bikes|Parlor|430
        Bellwether|City Bikes|Promenade|520
        Bellwether|Cruisers|Promenade|520
        Bellwether|Cruisers|Boardwalk|380
        Bellwether|Cruisers|Saltbox|310
        Bellwether|Kids Bikes|Penny|190
        Bellwether|Electric Bikes|Promenade Assist|1850
        Corrigan|Road Bikes|Ardmore|980
        Corrigan|Road Bikes|Slieve|2250
        Corrigan|Road Bikes|Peregrine|3600
        Corrigan|Gravel Bikes|Boreen|1450
        Corrigan|Gravel Bikes|Turlough|2400
        Driftwell|Cruisers|Lagoon|290
        Driftwell|Cruisers|Longshore|360
        Driftwell|Cruisers|Tidewater|450
        Driftwell|City Bikes|Longshore|360
        Driftwell|City Bikes|Harborlight|410
        Driftwell|Kids Bikes|Minnow|160
        Driftwell|Kids Bikes|Sandpiper|210
        Driftwell|Electric Bikes|Current|2100
        Fernhollow|Kids Bikes|Acorn|140
        Fernhollow|Kids Bikes|Bramble|220
        Fernhollow|Kids Bikes|Dewdrop|180
        Fernhollow|Kids Bikes|Thicket|270
        Fernhollow|Mountain Bikes|Understory|480
        Fernhollow|City Bikes|Glade|350
        Larkspur Cycles|City Bikes|Almanac|560
        Larkspur Cycles|City Bikes|Meridian|690
        Larkspur Cycles|Cruisers|Sunday|420
        Larkspur Cycles|Road Bikes|Foxglove|790
        Larkspur Cycles|Gravel Bikes|Hedgerow|920
        Larkspur Cycles|Electric Bikes|Meridian Plus|2400
        Marlowe & Pike|Road Bikes|Chancery|1300
        Marlowe & Pike|Road Bikes|Old Bailey|2700
        Marlowe & Pike|City Bikes|Clerkenwell|740
        Marlowe & Pike|City Bikes|Saddleback|610
        Marlowe & Pike|Gravel Bikes|Drover|1700
        Northfell|Mountain Bikes|Bracken|550
        Northfell|Mountain Bikes|Scree|890
        Northfell|Mountain Bikes|Helm|1600
        Northfell|Mountain Bikes|Ravenscar|2800
        Northfell|Gravel Bikes|Packhorse|1250
        Northfell|Electric Bikes|Scree E|3300
        Northfell|Kids Bikes|Pebble|230
        Tamarack|Mountain Bikes|Basecamp|520
        Tamarack|Mountain Bikes|Switchback|760
        Tamarack|Mountain Bikes|Granite|1350
        Tamarack|Mountain Bikes|Summit Line|2950
        Tamarack|Road Bikes|Ledger|690
        Tamarack|Road Bikes|Velocita|1850
        Tamarack|Road Bikes|Altissima|4300
        Tamarack|Gravel Bikes|Loam|1100
        Tamarack|Electric Bikes|Overland|2600
        Tamarack|Electric Bikes|Commons|1950
        Tamarack|City Bikes|Quarter Mile|480
        Tamarack|Kids Bikes|Scout|250
        Tamarack|Kids Bikes|Firefly|200
        """;

    /// <summary>A line each: category, what is put behind the model's name, and how many times the plainest price it costs.</summary>
    public const string Trims = """
        Kids Bikes|12-inch|0.8
        Kids Bikes|16"|0.9
        Kids Bikes|20-inch|1.0
        Kids Bikes|24-inch|1.2
        Kids Bikes|20-inch 6-Speed|1.35
        City Bikes|3-Speed|1.0
        City Bikes|7-Speed|1.15
        City Bikes|8-Speed Belt|1.6
        City Bikes|Step-Through 7-Speed|1.15
        Cruisers|Single Speed|0.85
        Cruisers|3-Speed|1.0
        Cruisers|7-Speed|1.15
        Cruisers|Step-Through 7-Speed|1.15
        Gravel Bikes|GR 1|1.0
        Gravel Bikes|GR 3|1.45
        Gravel Bikes|Carbon|2.1
        Gravel Bikes|Frameset|0.7
        Electric Bikes|250|1.0
        Electric Bikes|400|1.2
        Electric Bikes|Step-Through 400|1.2
        Electric Bikes|Long Range 625|1.5
        Mountain Bikes|27.5|1.0
        Mountain Bikes|29|1.05
        Mountain Bikes|Comp 29|1.4
        Mountain Bikes|Pro 29|1.9
        Mountain Bikes|Frameset|0.7
        Road Bikes|Sport|1.0
        Road Bikes|Elite|1.4
        Road Bikes|SL Disc|1.9
        Road Bikes|Pro|2.4
        Road Bikes|Frameset|0.65
        """;
}
