namespace Cartage.Host.Output;

/// <summary>How data is printed; the last two are for queries only.</summary>
public enum Format { Table, Json, Jsonl, Csv }
