using System.Data;
using System.Data.Common;
using System.Globalization;

namespace Cartage.DuckDb;

/// <summary>Columns in the table shape that older consumers of ADO.NET expect.</summary>
static class SchemaTable
{
    static readonly (string Name, Type Type, Func<DbColumn, object?> Value)[] Facts =
    [
        (SchemaTableColumn.ColumnName, typeof(string), c => c.ColumnName),
        (SchemaTableColumn.ColumnOrdinal, typeof(int), c => c.ColumnOrdinal),
        (SchemaTableColumn.DataType, typeof(Type), c => c.DataType),
        ("DataTypeName", typeof(string), c => c.DataTypeName),
        (SchemaTableColumn.NumericPrecision, typeof(short), c => c.NumericPrecision),
        (SchemaTableColumn.NumericScale, typeof(short), c => c.NumericScale),
        (SchemaTableColumn.AllowDBNull, typeof(bool), c => c.AllowDBNull),
        (SchemaTableOptionalColumn.IsReadOnly, typeof(bool), c => c.IsReadOnly),
    ];

    public static DataTable Of(IEnumerable<DbColumn> columns)
    {
        var table = new DataTable("SchemaTable") { Locale = CultureInfo.InvariantCulture };
        foreach (var (name, type, _) in Facts)
            table.Columns.Add(name, type);
        foreach (var column in columns)
            table.Rows.Add([.. Facts.Select(f => f.Value(column) ?? DBNull.Value)]);
        return table;
    }
}
