using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Cartage.DuckDb;

namespace Cartage.Warehouses;

/// <summary>One-line SQL on any connection; parameters are written <c>$name</c>.</summary>
public static partial class Sql
{
    /// <summary>An instant as a literal, in UTC and to the microsecond.</summary>
    public static string Timestamp(DateTimeOffset at) => $"TIMESTAMP '{at.UtcDateTime:yyyy-MM-dd HH:mm:ss.FFFFFF}'";

    /// <summary>Runs statements and returns the rows the last one changed.</summary>
    public static async Task<long> ExecuteAsync(this DbConnection connection, string sql, CancellationToken ct, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The first value of the first row, or null where there is none.</summary>
    public static async Task<T?> ScalarAsync<T>(this DbConnection connection, string sql, CancellationToken ct, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteScalarAsync(ct) is { } value and not DBNull
            ? value is T typed ? typed : (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), CultureInfo.InvariantCulture)
            : default;
    }

    /// <summary>Every row through <paramref name="read"/>; for small results.</summary>
    public static async Task<List<T>> QueryAsync<T>(this DbConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken ct, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<T> rows = [];
        while (await reader.ReadAsync(ct))
            rows.Add(read(reader));
        return rows;
    }

    static DbCommand Command(this DbConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        if (command is DuckDbCommand duck)
            duck.IsStreaming = false;
        command.CommandText = connection is DuckDbConnection || parameters.Length == 0 ? sql : Name().Replace(sql, m => m.Value[0] == '$' ? "@" + m.Value[1..] : m.Value);
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    // Other providers know names after an at sign only; in quotes there are none.
    [GeneratedRegex("""'[^']*'|"[^"]*"|\$[A-Za-z_]\w*""")]
    private static partial Regex Name();
}
