using System.Runtime.InteropServices;

namespace Cartage.DuckDb;

static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial ScalarFunctionHandle duckdb_create_scalar_function();

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_scalar_function(ref nint function);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_name(ScalarFunctionHandle function, ReadOnlySpan<byte> name);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_add_parameter(ScalarFunctionHandle function, TypeHandle type);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_return_type(ScalarFunctionHandle function, TypeHandle type);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_volatile(ScalarFunctionHandle function);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_special_handling(ScalarFunctionHandle function);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_extra_info(ScalarFunctionHandle function, nint info, delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_function(ScalarFunctionHandle function, delegate* unmanaged[Cdecl]<nint, nint, nint, void> call);

    [LibraryImport(Library)]
    public static partial int duckdb_register_scalar_function(ConnectionHandle connection, ScalarFunctionHandle function);

    [LibraryImport(Library)]
    public static partial nint duckdb_scalar_function_get_extra_info(nint info);

    [LibraryImport(Library)]
    public static partial void duckdb_scalar_function_set_error(nint info, ReadOnlySpan<byte> error);
}
