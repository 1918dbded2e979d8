using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

/// <summary>A C# function that SQL can call. A NULL argument gives NULL without a call, unless the function's own type takes it.</summary>
sealed unsafe class ScalarFunction(string name, Type[] arguments, Type result, Func<Column[], long, object?> call)
{
    readonly LogicalType[] _arguments = [.. arguments.Select(t => LogicalTypes.Take(FunctionTypes.Of(t)))];
    readonly bool[] _takesNull = [.. arguments.Select(t => Nullable.GetUnderlyingType(t) is not null)];
    readonly LogicalType _result = LogicalTypes.Take(FunctionTypes.Of(result));

    /// <summary>Makes it known to all connections of the database.</summary>
    public void Register(ConnectionHandle connection, bool isVolatile)
    {
        using var function = Native.duckdb_create_scalar_function();
        Native.duckdb_scalar_function_set_name(function, Native.ZeroTerminated(name, "The function's name"));
        foreach (var argument in arguments)
            using (var type = FunctionTypes.Of(argument))
                Native.duckdb_scalar_function_add_parameter(function, type);
        using (var type = FunctionTypes.Of(result))
            Native.duckdb_scalar_function_set_return_type(function, type);
        if (isVolatile)
            Native.duckdb_scalar_function_set_volatile(function);
        // Without this the library answers NULL itself for constant arguments, also for those that take null.
        Native.duckdb_scalar_function_set_special_handling(function);
        Native.duckdb_scalar_function_set_extra_info(function, GCHandle.ToIntPtr(GCHandle.Alloc(this)), &Free);
        Native.duckdb_scalar_function_set_function(function, &Call);
        if (Native.duckdb_register_scalar_function(connection, function) != 0)
            throw new DuckDbException($"The function {name} cannot be registered; is there one of that name already?", DuckDbErrorType.Catalog);
    }

    void Run(nint chunk, nint output)
    {
        var columns = new Column[_arguments.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Columns.For(_arguments[i]);
            columns[i].Attach(Native.duckdb_data_chunk_get_vector(chunk, (ulong)i));
        }
        var writer = ColumnWriters.For(_result);
        writer.Attach(output);
        var rows = (long)Native.duckdb_data_chunk_get_size(chunk);
        for (var row = 0L; row < rows; row++)
            writer.WriteOrNull(row, IsMissing(columns, row) ? null : call(columns, row));
    }

    bool IsMissing(Column[] columns, long row)
    {
        for (var i = 0; i < columns.Length; i++)
            if (!_takesNull[i] && columns[i].IsNull(row))
                return true;
        return false;
    }

    // An exception must not cross into the library: it becomes the statement's error.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Call(nint info, nint chunk, nint output)
    {
        var function = (ScalarFunction)GCHandle.FromIntPtr(Native.duckdb_scalar_function_get_extra_info(info)).Target!;
        try
        {
            function.Run(chunk, output);
        }
        catch (Exception e)
        {
            Native.duckdb_scalar_function_set_error(info, Native.ZeroTerminated($"{function.Name}: {e.Message}".Replace('\0', ' '), "The error"));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Free(nint info) => GCHandle.FromIntPtr(info).Free();

    string Name => name;
}
