using Cartage.Tests.Support;

namespace Cartage.Tests.Http;

/// <summary>What docs/connect.md shows of APIs and programs is right as it stands there.</summary>
public sealed class Documented
{
    [Fact]
    public void The_examples_of_the_docs_are_valid()
    {
        var blocks = File.ReadAllText(Path.Combine(FolderOrder.Root(), "docs", "connect.md")).Split("```yaml\n").Skip(1).Select(b => b.Split("```")[0]).ToList();
        using var project = new TestProject()
            .Write("project.yml", "name: docs\nvariables: { sellers: \"A, B\" }\n" + Assert.Single(blocks, b => b.Contains("type: http", StringComparison.Ordinal)))
            .Write("pipelines/shop/pipeline.yml", "description: as documented\n")
            .Write("pipelines/shop/feeds/api.yml", Assert.Single(blocks, b => b.Contains("get: /products", StringComparison.Ordinal)))
            .Write("pipelines/shop/feeds/program.yml", Assert.Single(blocks, b => b.Contains("command:", StringComparison.Ordinal)));

        var loaded = project.Load();

        Assert.Empty(loaded.Findings.Concat(Connectors.Connectors.Findings(loaded.Project)));
    }
}
