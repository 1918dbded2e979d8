namespace Cartage.DuckDb;

/// <summary>A prepared statement.</summary>
sealed unsafe class Statement(StatementHandle handle) : IDisposable
{
    public StatementType Kind => Native.duckdb_prepared_statement_type(handle);

    /// <summary>Whether it reads or writes tables and so needs a transaction; the others set something up, and some of them refuse to run in one.</summary>
    public bool HasData => Kind is not (StatementType.Transaction or StatementType.VariableSet or StatementType.Pragma or StatementType.Vacuum or StatementType.Call
        or StatementType.Set or StatementType.Load or StatementType.Extension or StatementType.Attach or StatementType.Detach);

    public bool HasParameters => Native.duckdb_nparams(handle) > 0;

    /// <summary>Gives each parameter of the statement its value, by name, or by place where the text has <c>?</c>.</summary>
    public void Bind(DuckDbParameterCollection parameters)
    {
        var count = Native.duckdb_nparams(handle);
        for (ulong i = 1; i <= count; i++)
        {
            var name = Native.TakeText(Native.duckdb_parameter_name(handle, i)) ?? "";
            using var value = Values.Create(parameters.ValueOf(name));
            if (value.IsInvalid || Native.duckdb_bind_value(handle, i, value) != 0)
                throw new DuckDbException($"The parameter ${name} cannot be bound.", DuckDbErrorType.InvalidInput);
        }
    }

    /// <summary>Runs it: to its end, or, for a SELECT when asked, so that its rows come as they are computed.</summary>
    public ResultSet Execute(bool streaming)
    {
        streaming &= Kind == StatementType.Select;
        var state = streaming ? Native.duckdb_execute_prepared_streaming(handle, out var result) : Native.duckdb_execute_prepared(handle, out result);
        return ResultSet.Of(Checked(state, result), streaming);
    }

    /// <summary>The columns it would have, without running it.</summary>
    public ResultSet Describe() =>
        new(null, [.. Enumerable.Range(0, (int)Native.duckdb_prepared_statement_column_count(handle)).Select(i => new LogicalField(
            Native.TakeText(Native.duckdb_prepared_statement_column_name(handle, (ulong)i))!,
            LogicalTypes.Take(Native.duckdb_prepared_statement_column_logical_type(handle, (ulong)i))))]);

    public void Dispose() => handle.Dispose();

    /// <summary>A call's result; its error is thrown.</summary>
    internal static ResultHandle Checked(int state, NativeResult result)
    {
        var owned = new ResultHandle(result);
        if (state == 0)
            return owned;
        using (owned)
            throw Error(owned);
    }

    internal static DuckDbException Error(ResultHandle result) =>
        new(Native.Text(Native.duckdb_result_error(result)) ?? "The statement failed.", Native.duckdb_result_error_type(result));
}
