// Runs a file of SQL on a new DuckDB file, with the threads and memory Cartage uses: bench SQL DATA DATABASE
using Cartage.DuckDb;

var settings = new DuckDbConnectionStringBuilder { DataSource = args[2] };
settings["threads"] = Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture);
settings["memory_limit"] = "1000MB";
settings["preserve_insertion_order"] = "false";
settings["storage_compatibility_version"] = "v1.4.0";
using var connection = new DuckDbConnection(settings.ConnectionString);
connection.Open();
using var command = connection.CreateCommand();
command.CommandText = File.ReadAllText(args[0]).Replace("{data}", args[1]);
using var reader = command.ExecuteReader();
return reader.Read() ? 0 : 1;
