namespace Cartage.DuckDb;

/// <summary>Makes C# functions callable from SQL.</summary>
public static class DuckDbFunctions
{
    /// <summary>Registers a function of one argument, for all connections of the database. It is called on several threads at once. A NULL argument gives NULL without a call, except for a <see cref="Nullable{T}"/>; an exception becomes the statement's error. Decimals are DECIMAL(38,10).</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="name">The name SQL calls it by.</param>
    /// <param name="function">What it does.</param>
    /// <param name="isVolatile">Whether equal arguments may give different results, so that it is called for every row.</param>
    public static void RegisterFunction<T, TOut>(this DuckDbConnection connection, string name, Func<T, TOut> function, bool isVolatile = false) =>
        new ScalarFunction(name, [typeof(T)], typeof(TOut), (c, row) => function(Fields.Element<T>(c[0], row))).Register(connection.Handle, isVolatile);

    /// <inheritdoc cref="RegisterFunction{T, TOut}"/>
    public static void RegisterFunction<T1, T2, TOut>(this DuckDbConnection connection, string name, Func<T1, T2, TOut> function, bool isVolatile = false) =>
        new ScalarFunction(name, [typeof(T1), typeof(T2)], typeof(TOut), (c, row) => function(Fields.Element<T1>(c[0], row), Fields.Element<T2>(c[1], row)))
            .Register(connection.Handle, isVolatile);

    /// <inheritdoc cref="RegisterFunction{T, TOut}"/>
    public static void RegisterFunction<T1, T2, T3, TOut>(this DuckDbConnection connection, string name, Func<T1, T2, T3, TOut> function, bool isVolatile = false) =>
        new ScalarFunction(name, [typeof(T1), typeof(T2), typeof(T3)], typeof(TOut), (c, row) => function(Fields.Element<T1>(c[0], row), Fields.Element<T2>(c[1], row), Fields.Element<T3>(c[2], row)))
            .Register(connection.Handle, isVolatile);
}
