namespace SmartCity.Twins;

/// <summary>What a sensor's twin made of a reading. Each is counted under its name.</summary>
public enum ObserveOutcome : byte
{
    /// <summary>The newest of its quantity: it is the live value now, and the rules took one step.</summary>
    Newest = 1,

    /// <summary>Older than the live value, and merged: the rules were folded again from there on. The live value stays.</summary>
    Merged = 2,

    /// <summary>Its order is known already: nothing changed.</summary>
    Duplicate = 3,

    /// <summary>Before a reading that is no longer kept for merging: nothing changed, but for rules whose late policy raises.</summary>
    TooLate = 4,

    /// <summary>Stamped before 1970 or after 9999: nothing changed.</summary>
    Unstampable = 5,
}
