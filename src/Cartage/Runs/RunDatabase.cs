using System.Data.Common;
using Cartage.DuckDb;
using Cartage.Warehouses;

namespace Cartage.Runs;

/// <summary>The database a run store is kept in; <paramref name="Place"/> is what a person calls it.</summary>
public sealed record RunDatabase(string Place, Dialect Dialect, Func<CancellationToken, ValueTask<DbConnection>> OpenAsync)
{
    /// <summary>Has a change wait for those of other processes until its commit, so that what is counted up is so in the order of commits; empty where there is one process.</summary>
    public string OneWriter { get; init; } = "";

    /// <summary>Finds the rows of a run, and the newest of all, without reading the whole history; empty where that is read fast enough.</summary>
    public string Indexes { get; init; } = "";

    /// <summary>What each format after the first changes in the tables of the one before, so that tables that change their meaning are brought up to date, and an older program keeps off.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>The project that it keeps the history of, where others could come upon it.</summary>
    public string? Project { get; init; }

    /// <summary>How long a process may be silent before others do its work; null where one works alone.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>Driver and connection string for the clock that servers share; null where a server has a clock of its own.</summary>
    public (DbProviderFactory Driver, string Address)? Clock { get; init; }

    /// <summary>A DuckDB file; <c>:memory:</c> keeps nothing.</summary>
    public static RunDatabase File(string path)
    {
        var settings = new DuckDbConnectionStringBuilder { DataSource = path };
        settings["threads"] = "1";
        settings["memory_limit"] = "128MB";
        return new(path, Dialect.DuckDb, async ct =>
        {
            var connection = new DuckDbConnection(settings.ConnectionString);
            try
            {
                await connection.OpenAsync(ct);
                // What a short command adds is safe in the file's log; to write the file itself costs more than all else it does, and is left to one in fifty.
                await connection.ExecuteAsync("PRAGMA disable_checkpoint_on_shutdown; SET checkpoint_threshold = '512KB'", ct);
                return connection;
            }
            catch (DuckDbException e)
            {
                await connection.DisposeAsync();
                throw new PipelineException($"{path}: the run store cannot be opened: {e.Message}", hint: "If it is damaged, move it away: the history of runs starts anew, tables are not touched.", inner: e);
            }
        });
    }
}
