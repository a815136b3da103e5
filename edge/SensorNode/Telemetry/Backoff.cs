namespace SensorNode.Telemetry;

/// <summary>How long to wait before the next attempt: doubling from half a second to thirty, and a random part of it, so that nodes that lost one broker together do not come back together.</summary>
public sealed class Backoff(Random chance)
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    public static readonly TimeSpan Last = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>Between half of the current step and the whole of it.</summary>
    public TimeSpan Next()
    {
        var wait = _next * (0.5 + chance.NextDouble() / 2);
        _next = _next + _next < Last ? _next + _next : Last;
        return wait;
    }

    /// <summary>An attempt came through.</summary>
    public void Reset() => _next = First;
}
