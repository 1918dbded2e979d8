namespace Cartage.Host.Gen.Sellers;

/// <summary>A kind of thing that is sold: what it is called, what is said of it, and in which sizes, packs and colours it comes.</summary>
sealed record Kind(string Noun, char Letter, decimal Price, string[] Features, string[] Sizes, int[] Packs, bool Coloured);

/// <summary>Invented brands and the things they make.</summary>
static class Goods
{
    public static readonly string[] Brands =
        ["Haldenvik", "Norwick & Sons", "Aurelo", "Tessaro", "Brightwell", "Kumora", "Oakline", "Veltra", "Pinecrest", "Solwind", "Maribel", "Quillon", "Zephra", "Lumiko", "Castor & Vane", "Ostrava"];

    public static readonly string[] Colours = ["Black", "White", "Blue", "Red", "Green", "Grey"];

    public static readonly Kind[] Kinds =
    [
        new("Wireless Earbuds", 'E', 39.90m, ["Active Noise Cancelling", "40-Hour Playtime", "IPX7 Waterproof", "Deep Bass & Clear Calls"], [], [1], true),
        new("Electric Kettle", 'K', 34.50m, ["Cordless", "Auto Shut-Off & Boil-Dry Protection", "Temperature Control"], ["1.0 L", "1.5 L", "1.7 L"], [1], true),
        new("Mini Drone", 'D', 79.00m, ["4K Camera", "Gesture Control", "One Key Take Off/Landing", "for Kids & Beginners"], [], [1], true),
        new("AA Rechargeable Batteries", 'B', 11.90m, ["2800mAh", "Low Self-Discharge", "Pre-Charged"], [], [4, 8, 24], false),
        new("Coffee Pods", 'C', 6.40m, ["Dark Roast", "Compostable", "Intense & Smooth"], [], [10, 50, 100], false),
        new("USB-C Charging Cable", 'U', 9.90m, ["60W Fast Charging", "Nylon Braided", "for Phones & Tablets"], ["1 m", "2 m", "3 m"], [1, 2, 3], true),
        new("Smart TV", 'T', 249.00m, ["HD Ready", "Voice Remote", "Dolby Audio & Slim Bezel"], ["32 inch", "43 inch", "55 inch"], [1], false),
        new("Dog Treats", 'F', 7.20m, ["Grain Free", "Chicken & Rice", "Made in Small Batches"], ["200 g", "500 g"], [1, 3, 6], false),
        new("Yoga Mat", 'Y', 24.00m, ["Non-Slip", "with Carrying Strap", "Extra Thick & Soft"], ["6 mm", "10 mm"], [1], true),
        new("LED Bulb", 'L', 4.80m, ["Warm White", "Dimmable", "Replaces 60W & 75W"], ["9 W", "12 W"], [1, 4, 6], false),
        new("Travel Backpack", 'R', 45.00m, ["Water Resistant", "with Laptop Sleeve", "Cabin Size"], ["20 L", "28 L", "40 L"], [1], true),
        new("Insulated Water Bottle", 'W', 18.50m, ["Leak Proof", "Keeps Cold 24 Hours", "Gym & Office"], ["500 ml", "750 ml"], [1, 2], true),
    ];

    public static readonly string[] BookWords = ["The Harbour", "A Winter", "Letters from", "The Last", "Songs of", "Maps for"];
    public static readonly string[] BookEnds = ["of Glass", "in Trieste", "a Small Republic", "Lighthouse", "the Salt Road", "Beginners"];
}
