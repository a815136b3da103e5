using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using SmartCity.Readings;

namespace SensorNode.Readings;

/// <summary>What is asked of an output.</summary>
/// <param name="Command">The id of the command; null: it is nobody's, or has none.</param>
public readonly record struct OutputOrder(string Device, bool On, string? Command);

/// <summary>Brings what is asked of outputs to the loops that have them. Bounded: an order that finds its queue full is refused and counted; who commands repeats. Thread-safe.</summary>
public sealed class OutputOrders
{
    /// <summary>Orders that wait for one loop at most.</summary>
    public const int MostWaiting = 64;

    private static readonly Meter Meter = new("SensorNode");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("sensornode_output_orders_refused", description: "Orders to outputs that were not taken, by reason.");

    private readonly ConcurrentDictionary<(string Device, Quantity Quantity), ChannelWriter<OutputOrder>> _loops = [];

    /// <summary>A loop that has these outputs, and where it reads.</summary>
    public ChannelReader<OutputOrder> Serve(IEnumerable<(string Device, Quantity Quantity)> outputs)
    {
        var channel = Channel.CreateBounded<OutputOrder>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        foreach (var output in outputs) _loops[output] = channel.Writer;
        return channel.Reader;
    }

    /// <summary>Whether the order was taken: there is such an output, and room.</summary>
    public bool TryAsk(string device, Quantity quantity, bool on, string? command)
    {
        var known = _loops.TryGetValue((device, quantity), out var loop);
        if (known && loop!.TryWrite(new(device, on, command))) return true;
        Refused.Add(1, new KeyValuePair<string, object?>("reason", known ? "full" : "unknown"));
        return false;
    }
}
