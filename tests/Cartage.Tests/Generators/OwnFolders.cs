using Cartage.Host.Gen;
using Cartage.Tests.Cli;

namespace Cartage.Tests.Generators;

/// <summary>What is made anew takes the place of what was made before, and of nothing else.</summary>
public sealed class OwnFolders
{
    [Fact]
    public async Task Files_of_an_earlier_time_go_with_their_folders_and_empty_folders_of_others_stay()
    {
        using EmptyFolder folder = new();
        var mine = Directory.CreateDirectory(Path.Combine(folder.Path, ".git", "refs", "tags")).FullName;
        await Transactions.WriteAsync(new(folder.Path + "/", Days: 3), TestContext.Current.CancellationToken);
        await Transactions.WriteAsync(new(folder.Path + "/", Days: 1), TestContext.Current.CancellationToken);

        Assert.True(Directory.Exists(mine));
        Assert.Equal(["day=01"], Directory.EnumerateDirectories(Path.Combine(folder.Path, "transactions", "year=2024", "month=01")).Select(Path.GetFileName));
    }
}
