using System.Xml.Linq;
using Cartage.Runs;
using Cartage.Warehouses;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Cartage.Host.Access;

/// <summary>The keys that cookies are sealed with, in the run store, so that who has come in at one server has at every other.</summary>
sealed class SharedKeys(RunStore store, TimeProvider clock) : IXmlRepository
{
    const string Tables = """CREATE TABLE IF NOT EXISTS keys (name VARCHAR, xml VARCHAR, "at" TIMESTAMP)""";

    // The framework asks for them in no other way.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        store.UseAsync(Tables, x => x.QueryAsync("SELECT xml FROM keys ORDER BY \"at\"", r => XElement.Parse(r.GetString(0)), CancellationToken.None), CancellationToken.None).GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName) =>
        store.ChangeAsync(Tables, x => x.ExecuteAsync("INSERT INTO keys VALUES ($name, $xml, $at)", CancellationToken.None, ("name", friendlyName), ("xml", element.ToString()), ("at", clock.GetUtcNow().UtcDateTime)), CancellationToken.None)
            .GetAwaiter().GetResult();
}
