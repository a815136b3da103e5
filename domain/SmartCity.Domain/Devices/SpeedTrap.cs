namespace SmartCity.Devices;

/// <summary>A vehicle that went through a <see cref="SpeedTrap"/>.</summary>
/// <param name="MetresPerSecond">Its speed; negative: it went from the second beam to the first.</param>
/// <param name="LengthMetres">Its length, from how long it covered the beam that it met first.</param>
/// <param name="AtNs">When it met its first beam, monotonic nanoseconds.</param>
public readonly record struct TrappedVehicle(double MetresPerSecond, double LengthMetres, long AtNs)
{
    public double KilometresPerHour => MetresPerSecond * 3.6;

    /// <summary>By length alone: 1 under 2.5 m (two wheels), 2 under 6 m (cars), 3 under 12.5 m (vans, lorries, buses), 4 from there on (trains of vehicles).</summary>
    public int LengthClass => LengthMetres switch { < 2.5 => 1, < 6 => 2, < 12.5 => 3, _ => 4 };
}

/// <summary>
/// Two light beams across a lane, a known way apart. A pure fold over their edges: the way over the time from one beam's interruption to the
/// other's is the speed, and the speed times how long the first one was covered is the length.
/// </summary>
/// <remarks>
/// One vehicle at a time: a beam that is met again before the vehicle has left both begins anew, because it cannot be said whose edge it was.
/// What takes longer than the slowest speed is given up, and what would be faster than the fastest was none.
/// </remarks>
public sealed record SpeedTrap
{
    private SpeedTrap(double apartMetres) => ApartMetres = apartMetres;

    /// <summary>The least speed that is told, m/s.</summary>
    public const double SlowestMetresPerSecond = 0.5;

    /// <summary>The greatest speed that is believed, m/s (360 km/h).</summary>
    public const double FastestMetresPerSecond = 100;

    /// <summary>The way between the beams, metres.</summary>
    public double ApartMetres { get; }

    private (int Beam, long AtNs)? First { get; init; }
    private long? SecondAtNs { get; init; }
    private long? ClearedAtNs { get; init; } // the first beam, free again

    /// <exception cref="ArgumentOutOfRangeException">Beams less than 0.1 m or more than 20 m apart.</exception>
    public static SpeedTrap Of(double apartMetres)
    {
        if (!(apartMetres is >= 0.1 and <= 20)) throw new ArgumentOutOfRangeException(nameof(apartMetres), apartMetres, "Beams are 0.1 to 20 m apart.");
        return new(apartMetres);
    }

    /// <summary>Takes an edge of a beam.</summary>
    /// <param name="beam">0 or 1.</param>
    /// <param name="covered">Whether the beam is interrupted from here on.</param>
    /// <param name="atNs">When, monotonic nanoseconds.</param>
    public (SpeedTrap Next, TrappedVehicle? Vehicle) Observe(int beam, bool covered, long atNs)
    {
        var known = First is { } began && (atNs < began.AtNs || SecondAtNs is null && Seconds(began.AtNs, atNs) > ApartMetres / SlowestMetresPerSecond) ? Empty() : this;
        if (covered)
        {
            if (known.First is not { } first || first.Beam == beam || known.SecondAtNs is not null) return (Empty() with { First = (beam, atNs) }, null);
            return Seconds(first.AtNs, atNs) >= ApartMetres / FastestMetresPerSecond ? (known with { SecondAtNs = atNs }).Finished() : (Empty(), null);
        }
        return known.First is { } met && met.Beam == beam && known.ClearedAtNs is null ? (known with { ClearedAtNs = atNs }).Finished() : (known, null);
    }

    private SpeedTrap Empty() => new(ApartMetres);

    private (SpeedTrap Next, TrappedVehicle? Vehicle) Finished()
    {
        if (First is not { } first || SecondAtNs is not { } second || ClearedAtNs is not { } cleared) return (this, null);
        var speed = ApartMetres / Seconds(first.AtNs, second);
        return (Empty(), new TrappedVehicle(first.Beam == 0 ? speed : -speed, speed * Seconds(first.AtNs, cleared), first.AtNs));
    }

    private static double Seconds(long fromNs, long toNs) => (toNs - (double)fromNs) * 1e-9;
}
