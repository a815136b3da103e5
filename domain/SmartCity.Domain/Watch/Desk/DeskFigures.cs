using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>One source of alarms: a rule on a sensor.</summary>
/// <param name="Alarms">How many it gave in the time looked at.</param>
public sealed record SourceLoad(string Rule, string Sensor, int Alarms);

/// <summary>
/// What a desk has to bear, after ISA-18.2 and IEC 62682, over the last 30 days or since the figures began. An alarm is counted when it comes up on
/// the desk: real, raised, not held back. For one person about 1 in 10 minutes is acceptable and 2 manageable; more than 10 is a flood.
/// </summary>
/// <param name="Since">Where the figures begin.</param>
/// <param name="Alarms">All that came up (AlarmCount).</param>
/// <param name="Suppressed">Those that were held back instead: evaluated and counted all the same.</param>
/// <param name="LastTenMinutes">CurrentAlarmRate.</param>
/// <param name="AveragePerTenMinutes">AverageAlarmRate.</param>
/// <param name="MostInTenMinutes">MaximumAlarmRate: of whole periods of 10 minutes.</param>
/// <param name="FloodShare">Share of periods of 10 minutes with more than 10; under 0.01 is good.</param>
/// <param name="FloodSince">When the flood began that is going on; null: there is none.</param>
/// <param name="Standing">Open on the desk now.</param>
/// <param name="Stale">Open for more than 24 hours; under 5 is good.</param>
/// <param name="HeldBack">Open and held back now.</param>
/// <param name="Chattering">Sources that came up three times within a minute, in the last 24 hours; none is good.</param>
/// <param name="Fleeting">Alarms over within 10 seconds, in the last 24 hours; none is good.</param>
/// <param name="TopTen">The ten sources that gave most.</param>
/// <param name="TopTenShare">Their share of all; 0.01 to 0.05 is good.</param>
/// <param name="Priorities">Shares by urgency; 80 % low (warning and minor), 15 % middle (major), 5 % high (critical) is good.</param>
/// <param name="MostOfOneSource">MaximumReAlarmCount.</param>
/// <param name="LongestActive">MaximumActiveState: the longest that one was open.</param>
/// <param name="LongestUnacknowledged">MaximumUnAck: the longest that one waited to be acknowledged.</param>
/// <param name="MeanToAcknowledge">From coming up to its acknowledgement; null: none was acknowledged.</param>
/// <param name="Periods">Alarms in each of the last 144 periods of 10 minutes, oldest first; the last one is not over.</param>
public sealed record DeskFigures(string Seat, Instant Since, Instant At, long Alarms, long Suppressed, int LastTenMinutes, double AveragePerTenMinutes, int MostInTenMinutes,
    double FloodShare, Instant? FloodSince, int Standing, int Unacknowledged, int Stale, int HeldBack, IReadOnlyList<SourceLoad> Chattering, int Fleeting,
    IReadOnlyList<SourceLoad> TopTen, double TopTenShare, IReadOnlyDictionary<Severity, double> Priorities, int MostOfOneSource, TimeSpan LongestActive,
    TimeSpan LongestUnacknowledged, TimeSpan? MeanToAcknowledge, IReadOnlyList<int> Periods);
