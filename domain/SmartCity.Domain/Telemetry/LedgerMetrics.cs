namespace SmartCity.Telemetry;

/// <summary>Names of the metrics that carry the ledger. All are of datatype Bytes, coded by <see cref="LedgerCodec"/>.</summary>
public static class LedgerMetrics
{
    /// <summary>First metric of every batch; declared in NBIRTH and every DBIRTH.</summary>
    public const string Position = "Ledger/Position";

    /// <summary>In NBIRTH: which outbox, which boot, what is kept.</summary>
    public const string Outbox = "Ledger/Outbox";

    /// <summary>Declared in NBIRTH, written by the hub with NCMD, never echoed.</summary>
    public const string Answer = "Ledger/Answer";
}
