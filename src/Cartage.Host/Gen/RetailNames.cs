namespace Cartage.Host.Gen;

/// <summary>Words a gift shop's catalogue is made of, with <c>|</c> between.</summary>
static class RetailNames
{
    public const string Looks = "IVORY|SCARLET|DUSTY PINK|SKY BLUE|MINT|CHARCOAL|GOLDEN|COPPER|STRIPED|DOTTED|CHEQUERED|FLORAL|RUSTIC|VINTAGE STYLE|ENAMEL|WOODEN|GLASS|PAPER|KNITTED|TIN";
    public const string Things = "CANDLE JAR|TEA TOWEL|PICTURE FRAME|CAKE STAND|LUNCH TIN|MUG|DOOR STOP|PENCIL CASE|WALL HOOK|STORAGE BOX|SHOPPING BAG|ALARM CLOCK|NAPKINS|WRAPPING PAPER|HOT WATER BOTTLE|GARDEN LANTERN|PARTY GARLAND|COOKIE CUTTER|NOTEBOOK|UMBRELLA|TOY TRAIN|WIND CHIME|EGG CUP|PHOTO CLIPS|KEY RING";
    public const string Extras = "|||||, SET OF 2|, SET OF 6|, PACK OF 12| \"HOME\"| £1 RANGE| LARGE| SMALL| WITH RIBBON";
    public const string Countries = "Germany|France|EIRE|Spain|Netherlands|Belgium|Switzerland|Portugal|Australia|Norway|Italy|Finland|Sweden|Japan|Austria|Denmark|Poland";
}
