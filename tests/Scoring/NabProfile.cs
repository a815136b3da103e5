namespace Scoring;

/// <summary>What a benchmark's user thinks of hits and misses: the weights of the Numenta Anomaly Benchmark's application profiles.</summary>
/// <param name="TruePositive">Worth of a window that was detected at its very start.</param>
/// <param name="FalsePositive">Cost of one detection far from any window.</param>
/// <param name="FalseNegative">Cost of a window that nothing was detected in.</param>
public sealed record NabProfile(string Name, double TruePositive, double FalsePositive, double FalseNegative)
{
    public static readonly NabProfile Standard = new("standard", 1, 0.11, 1);
    public static readonly NabProfile LowFalsePositives = new("reward low FP", 1, 0.22, 1);
    public static readonly NabProfile LowFalseNegatives = new("reward low FN", 1, 0.11, 2);

    public static readonly IReadOnlyList<NabProfile> All = [Standard, LowFalsePositives, LowFalseNegatives];
}
