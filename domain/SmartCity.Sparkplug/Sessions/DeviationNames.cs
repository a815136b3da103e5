namespace SmartCity.Sparkplug;

/// <summary>Deviations by name, as the API and the pages show them: lower case, hyphens.</summary>
public static class DeviationNames
{
    private static readonly (Deviations Flag, string Name)[] All =
    [
        (Deviations.BdSeqDatatype, "bdseq-datatype"),
        (Deviations.BdSeqMissing, "bdseq-missing"),
        (Deviations.BdSeqRepeated, "bdseq-repeated"),
        (Deviations.DeathAtQos0, "death-at-qos-0"),
        (Deviations.NotAtQos0, "not-at-qos-0"),
        (Deviations.BirthSeqNotZero, "birth-seq-not-zero"),
        (Deviations.NoRebirthMetric, "no-rebirth-metric"),
        (Deviations.MetricNotInBirth, "metric-not-in-birth"),
        (Deviations.NoMetricTimestamp, "no-metric-timestamp"),
        (Deviations.OtherDatatype, "other-datatype"),
        (Deviations.NameBesideAlias, "name-beside-alias"),
    ];

    /// <summary>In the order of their numbers; empty when there are none.</summary>
    public static IReadOnlyList<string> Of(Deviations deviations) => [.. All.Where(one => deviations.HasFlag(one.Flag)).Select(one => one.Name)];
}
