namespace CityHub.Silo.Tests.Twins;

/// <summary>The machine's clock, set forward: what is told from it jumps, its pace and its timers go on as they were.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long _aheadTicks;

    public void Forward(TimeSpan by) => Interlocked.Add(ref _aheadTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _aheadTicks));
}
