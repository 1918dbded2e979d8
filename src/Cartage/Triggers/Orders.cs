using Cartage.Projects;
using Cartage.Runs;

namespace Cartage.Triggers;

/// <summary>How runs are asked for and ended, by whoever keeps the queue; <paramref name="Project"/> is the project as it is now.</summary>
public sealed record Orders(
    Func<Project> Project,
    Func<RunRequest, string, Mark, CancellationToken, Task<IReadOnlyList<string>>> AskAsync,
    Func<string, bool> Cancel);
