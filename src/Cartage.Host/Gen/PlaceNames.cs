namespace Cartage.Host.Gen;

/// <summary>The places: a city a line as <c>city|state|zip|area code|how many customers in a hundred and a few</c>, and what its streets are called.</summary>
static class PlaceNames
{
    public const string Cities = """
        Albany|NY|12203|518|3
        Astoria|NY|11105|718|3
        Babylon|NY|11702|631|2
        Beacon|NY|12508|845|2
        Binghamton|NY|13905|607|2
        Bronx|NY|10463|718|3
        Brooklyn|NY|11215|718|6
        Buffalo|NY|14222|716|4
        Corning|NY|14830|607|1
        Elmira|NY|14905|607|1
        Geneva|NY|14456|315|1
        Glens Falls|NY|12801|518|1
        Great Neck|NY|11021|516|1
        Hempstead|NY|11550|516|2
        Huntington|NY|11743|631|2
        Ithaca|NY|14850|607|3
        Jamestown|NY|14701|716|1
        Kingston|NY|12401|845|2
        Lockport|NY|14094|716|1
        New Rochelle|NY|10801|914|2
        New York|NY|10025|212|5
        Nyack|NY|10960|845|1
        Oneonta|NY|13820|607|1
        Peekskill|NY|10566|914|1
        Plattsburgh|NY|12901|518|1
        Poughkeepsie|NY|12603|845|4
        Rochester|NY|14607|585|3
        Saratoga Springs|NY|12866|518|2
        Schenectady|NY|12309|518|1
        Staten Island|NY|10314|718|2
        Syracuse|NY|13210|315|3
        Troy|NY|12180|518|1
        Utica|NY|13502|315|1
        Watertown|NY|13601|315|1
        White Plains|NY|10605|914|2
        Yonkers|NY|10705|914|2
        Berkeley|CA|94703|510|2
        Davis|CA|95616|530|1
        Fresno|CA|93704|559|1
        Long Beach|CA|90803|562|1
        Monterey|CA|93940|831|3
        Oakland|CA|94610|510|2
        Pasadena|CA|91104|626|1
        Sacramento|CA|95818|916|1
        Salinas|CA|93901|831|2
        San Diego|CA|92104|619|2
        San Jose|CA|95125|408|2
        San Luis Obispo|CA|93401|805|1
        Santa Rosa|CA|95404|707|1
        Austin|TX|78704|512|3
        Denton|TX|76201|940|1
        Fort Worth|TX|76107|817|1
        Houston|TX|77008|713|1
        New Braunfels|TX|78130|830|1
        Round Rock|TX|78664|512|1
        San Antonio|TX|78209|210|1
        San Marcos|TX|78666|512|2
        Waco|TX|76708|254|1
        """;

    public const string Streets =
        "Acorn|Alder|Amherst|Arbor|Ash|Aspen|Barrow|Bayview|Beech|Birch|Blossom Hill|Bluebird|Boulder|Brookside|Cambridge|Canal|Cardinal|Carriage|Cedar|Chapel|"
        + "Cherry|Chestnut|Church|Clearwater|Clover|Coach|College|Cooper|Cottonwood|Creek|Crescent|Cypress|Deer Run|Dogwood|Eagle|Elm|Evergreen|Fairview|Farm|Fern|"
        + "Foothill|Forest|Foundry|Fox Hollow|Garden|Grand|Grant|Green|Grove|Hawthorne|Heather|Heron|Hickory|High|Highland|Hillcrest|Holly|Hudson|Indian Creek|Ivy|"
        + "Jackson|Jefferson|Juniper|King|Lake|Laurel|Lincoln|Linden|Locust|Madison|Magnolia|Main|Maple|Market|Mayfield|Meadow|Mill|Millbrook|Mission|Monroe|"
        + "Mountain View|Mulberry|North|Oak|Old Mill|Orchard|Park|Parker|Pearl|Pheasant|Pine|Pleasant|Pond|Poplar|Prospect|Quail|Quarry|Railroad|Ridge|River|"
        + "Rose|Rosewood|Sage|Sawmill|School|Shady|Silver Creek|South|Spring|Spruce|State|Stone|Stratford|Summit|Sunset|Sycamore|Tanglewood|Thistle|Union|Valley|"
        + "Vine|Walnut|Warren|Washington|Water|Wellington|West|Wildflower|Williams|Willow|Windsor|Winter|Wood|Woodland|York";

    public const string Roads = "Street|Street|Street|St.|St.|Avenue|Avenue|Ave.|Road|Road|Rd.|Drive|Drive|Lane|Lane|Court|Place|Terrace|Way|Circle";
}
