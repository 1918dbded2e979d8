using Cartage.Models;
using Cartage.Projects;

namespace Cartage.Tests.Projects;

/// <summary>What a selector means.</summary>
public sealed class Selecting
{
    static readonly Dictionary<string, IReadOnlyList<string>> Reads = new() { ["a"] = ["feed"], ["b"] = ["a"], ["c"] = ["b"], ["d"] = ["a", "feed"] };

    static readonly Project Project = new("p", "")
    {
        Pipelines =
        [
            new("shop", "") { Tags = ["daily"], Models = [Model("a"), Model("b"), Model("c", "sales"), Model("d")] },
            new("other", "") { Models = [Model("x", "sales")] },
        ],
    };

    [Theory]
    [InlineData(null, "shop: a b c d; other: x")]
    [InlineData("shop", "shop: a b c d")]
    [InlineData("shop.*", "shop: a b c d")]
    [InlineData("b", "shop: b")]
    [InlineData("shop.b", "shop: b")]
    [InlineData("+b", "shop: a b")]
    [InlineData("b+", "shop: b c")]
    [InlineData("+b+", "shop: a b c")]
    [InlineData("a+", "shop: a b c d")]
    [InlineData("+d", "shop: a d")]
    [InlineData("tag:daily", "shop: a b c d")]
    [InlineData("tag:sales", "shop: c; other: x")]
    [InlineData("+tag:sales", "shop: a b c; other: x")]
    [InlineData("status:failed", "other: x")]
    public async Task Means(string? selector, string expected)
    {
        var chosen = await Selector.SelectAsync(Project, selector, ReadsAsync, EndedAsync);

        Assert.Equal(expected, string.Join("; ", chosen.Select(c => $"{c.Pipeline.Name}: {string.Join(' ', c.Models.Select(m => m.Name))}")));
    }

    [Theory]
    [InlineData("shopp", "Did you mean 'shop'?")]
    [InlineData("tag:weekly", "There are the pipelines shop, other; 'cartage ls models' lists models.")]
    [InlineData("status:rejected", "No pipeline's newest run ended so; a run ends succeeded, quarantined, rejected, failed or cancelled.")]
    public async Task That_selects_nothing_is_an_error(string selector, string hint)
    {
        var error = await Assert.ThrowsAsync<PipelineException>(() => Selector.SelectAsync(Project, selector, ReadsAsync, EndedAsync));

        Assert.Equal($"'{selector}' selects nothing", error.Message);
        Assert.Equal(hint, error.Hint);
    }

    static Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadsAsync(Pipeline pipeline) =>
        Task.FromResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>(pipeline.Name == "shop" ? Reads : new() { ["x"] = [] });

    static Task<string?> EndedAsync(Pipeline pipeline) => Task.FromResult(pipeline.Name == "other" ? "failed" : null);

    static Model Model(string name, params string[] tags) => new("shop", name, "", 1, "", new Materialization.View()) { Tags = tags };
}
