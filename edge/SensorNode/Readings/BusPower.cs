using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SensorNode.Devices;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Readings;

/// <summary>Switches the power of chips that hold their bus up, as <see cref="StuckBus"/> says. Of one loop.</summary>
public sealed partial class BusPower : IDisposable
{
    private static readonly Meter Meter = new("SensorNode");
    private static readonly Counter<long> Cycles = Meter.CreateCounter<long>("sensornode_power_cycles", description: "Chips whose power was taken because their bus was stuck.");

    private readonly StuckBus _bus;
    private readonly Dictionary<string, IPowerLine> _lines;
    private readonly ILogger<BusPower> _log;

    private BusPower(IReadOnlyList<DevicePlan> chips, IDeviceBoard board, ILogger<BusPower> log)
    {
        _bus = new([.. chips.Select(chip => (chip.Name, chip.Power is not null))]);
        _lines = chips.Where(chip => chip.Power is not null).ToDictionary(chip => chip.Name, board.OpenPower, StringComparer.Ordinal);
        _log = log;
        foreach (var (chip, _) in _lines) Obey(new(chip, true));
    }

    /// <summary>Of the chips of one bus; null when none of them can be switched.</summary>
    public static BusPower? Of(IEnumerable<DevicePlan> chips, IDeviceBoard board, ILogger<BusPower> log)
    {
        var all = chips.ToList();
        return all.Exists(chip => chip.Power is not null) ? new(all, board, log) : null;
    }

    /// <inheritdoc cref="StuckBus.IsOff"/>
    public bool IsOff(string chip) => _bus.IsOff(chip);

    /// <inheritdoc cref="StuckBus.Saw"/>
    public void Saw(string chip, ReadFault? fault, long nowNs) => Obey(_bus.Saw(chip, fault, nowNs));

    /// <summary>Lets time pass; when there is next something to do, monotonic nanoseconds, or null.</summary>
    public long? Elapse(long nowNs)
    {
        while (_bus.Elapse(nowNs) is { } order) Obey(order);
        return _bus.NextNs;
    }

    public void Dispose()
    {
        foreach (var line in _lines.Values) line.Dispose();
    }

    private void Obey(PowerOrder? order)
    {
        if (order is not { } to) return;
        if (!to.On) Cycles.Add(1);
        if (_lines[to.Chip].Set(to.On) is { } fault)
        {
            LogNotSwitched(to.Chip, fault);
        }
        else if (!to.On) LogOff(to.Chip);
    }

    [LoggerMessage(LogLevel.Warning, "The bus of {Chip} is stuck; its power is taken, to see whether it is that one")]
    private partial void LogOff(string chip);

    [LoggerMessage(LogLevel.Error, "The power of {Chip} cannot be switched: {Fault}")]
    private partial void LogNotSwitched(string chip, ReadFault fault);
}
