using Cartage.DuckDb;

namespace Cartage.Tests.DuckDb;

/// <summary>One open in-memory database and one-line SQL on it.</summary>
public abstract class TestDatabase : IDisposable
{
    protected DuckDbConnection Connection { get; } = new();

    protected TestDatabase() => Connection.Open();

    public virtual void Dispose()
    {
        Connection.Dispose();
        GC.SuppressFinalize(this);
    }

    protected DuckDbCommand Command(string sql, params (string Name, object? Value)[] parameters) => Command(Connection, sql, parameters);

    protected static DuckDbCommand Command(DuckDbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.Add(name, value);
        return command;
    }

    protected int Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    protected object? Scalar(string sql, params (string Name, object? Value)[] parameters) => Scalar(Connection, sql, parameters);

    protected static object? Scalar(DuckDbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar() is var value && value is DBNull ? null : value;
    }

    protected T Field<T>(string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return reader.GetFieldValue<T>(0);
    }
}

/// <summary>A folder that is gone after the test.</summary>
public sealed class TestFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cartage-duckdb-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string ConnectionTo(string name, string settings = "") => new DuckDbConnectionStringBuilder { DataSource = this[name] }.ConnectionString + ";" + settings;

    public void Dispose() => _folder.Delete(recursive: true);
}
