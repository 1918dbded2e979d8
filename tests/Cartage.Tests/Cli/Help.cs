using Cartage.Host.Commands;

namespace Cartage.Tests.Cli;

public sealed class Help
{
    public static TheoryData<string> Verbs { get; } = [.. Names()];

    [Theory, MemberData(nameof(Verbs))]
    public async Task Shows_what_a_verb_does_and_examples_that_are_right(string verb)
    {
        var answer = await Typed.InAsync(".", [.. verb.Split(' '), "--help"]);

        Assert.Equal(0, answer.Code);
        Assert.Empty(answer.Error);
        Assert.Contains("Examples:", answer.Out, StringComparison.Ordinal);
        Assert.Contains($"cartage {verb}", answer.Out[answer.Out.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Verbs))]
    public void Has_examples_that_parse(string verb)
    {
        System.CommandLine.Command command = Root();
        foreach (var name in verb.Split(' '))
            command = command.Subcommands.Single(x => x.Name == name);
        foreach (var example in ((Verb)command).Examples)
            Assert.Empty(Root().Parse(System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(example.Split(" >")[0]).Skip(1).ToArray()).Errors);
    }

    [Fact]
    public async Task Lists_the_verbs()
    {
        var answer = await Typed.InAsync(".", "--help");

        Assert.Equal(0, answer.Code);
        Assert.All(Root().Subcommands, x => Assert.Contains($"  {x.Name} ", answer.Out, StringComparison.Ordinal));
    }

    static System.CommandLine.RootCommand Root() => Host.Commands.CommandLine.Root(new(new(TextWriter.Null, TextWriter.Null), TimeProvider.System));

    static IEnumerable<string> Names() => Root().Subcommands.SelectMany(x => x.Subcommands.Select(y => $"{x.Name} {y.Name}").Prepend(x.Name));
}
