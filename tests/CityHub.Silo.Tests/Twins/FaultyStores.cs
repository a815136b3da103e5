using System.Reflection;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Timeline;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Twins;

/// <summary>What the stores refuse just now.</summary>
public sealed class Faults
{
    private volatile bool _timelineAway, _registerAway, _storeAway;
    private volatile string? _refused;

    public bool TimelineAway { get => _timelineAway; set => _timelineAway = value; }
    /// <summary>The log takes appends, but the store behind it has nothing beyond <see cref="StoredThroughThen"/>.</summary>
    public bool StoreAway { get => _storeAway; set => _storeAway = value; }
    public long StoredThroughThen { get; set; }
    /// <summary>The one method of the register that refuses; null: none.</summary>
    public string? Refused { get => _refused; set => _refused = value; }

    public bool RegisterAway { get => _registerAway; set => _registerAway = value; }
}

/// <summary>The real timeline, which a full disk makes refuse appends.</summary>
internal sealed class FaultyTimeline(ITimeline real, Faults faults) : ITimeline
{
    public int Series(SensorId sensor, Quantity quantity) => real.Series(sensor, quantity);

    public int Node(NodeKey node) => real.Node(node);

    public TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block)
    {
        block = 0;
        return faults.TimelineAway ? TimelineVerdict.RetryLater : real.Append(rows, marks, out block);
    }

    public LogPosition Position => real.Position;

    public LogPosition Renew() => real.Renew();

    public IEnumerable<TimelineBlock> BlocksAfter(long block) => real.BlocksAfter(block);

    public void CheckpointedThrough(long block) => real.CheckpointedThrough(block);

    public IEnumerable<Reading> Read(SensorId sensor, Quantity quantity, Instant from, Instant to) => real.Read(sensor, quantity, from, to);

    public HistoryAnswer History(HistoryQuery query) => real.History(query);

    public long StoredThrough => faults.StoreAway ? faults.StoredThroughThen : real.StoredThrough;

    public string? Trouble => faults.StoreAway ? "the store is away" : real.Trouble;

    public Task Run(CancellationToken stopping) => real.Run(stopping);

    public (SensorId Sensor, Quantity Quantity) SeriesName(int series) => real.SeriesName(series);

    public NodeKey NodeName(int node) => real.NodeName(node);
}

/// <summary>The real register, which a full disk makes refuse writes.</summary>
public class FaultyRegister : DispatchProxy
{
    private static readonly string[] Writes = [nameof(IRegister.Commit), nameof(IRegister.SaveCheckpoints), nameof(IRegister.SavePlaces), nameof(IRegister.InstallRules), nameof(IRegister.Acknowledge),
        nameof(IRegister.WriteJournal), nameof(IRegister.TrimJournal)];
    private IRegister _real = null!;
    private Faults _faults = null!;

    public static IRegister Over(IRegister real, Faults faults)
    {
        var proxy = Create<IRegister, FaultyRegister>();
        (((FaultyRegister)(object)proxy)._real, ((FaultyRegister)(object)proxy)._faults) = (real, faults);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (_faults.Refused == targetMethod!.Name) throw new RegisterUnavailableException("it is not to");
        if (_faults.RegisterAway && Writes.Contains(targetMethod!.Name)) throw new RegisterUnavailableException("the disk is full");
        try
        {
            return targetMethod!.Invoke(_real, args);
        }
        catch (TargetInvocationException outer)
        {
            throw outer.InnerException!;
        }
    }
}
