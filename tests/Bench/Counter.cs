using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Mqtt;

namespace Bench;

/// <summary>The bare limit: a libmosquitto subscriber that only counts. A process of its own; its count stands in a file.</summary>
internal sealed class Counter : IMqttHandler
{
    private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
    private long _count;

    public static async Task<int> Run(int port, string file)
    {
        var counter = new Counter();
        counter._link.Open(new() { Host = "127.0.0.1", Port = port, ClientId = "counter" }, counter);
        while (true)
        {
            await File.WriteAllTextAsync(file + ".new", Interlocked.Read(ref counter._count).ToString(CultureInfo.InvariantCulture));
            File.Move(file + ".new", file, overwrite: true);
            await Task.Delay(100);
        }
    }

    public static long Read(string file) => File.Exists(file) ? long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0;

    void IMqttHandler.OnConnected() => _link.Subscribe("spBv1.0/city/DDATA/#", MqttQos.AtLeastOnce);

    void IMqttHandler.OnDisconnected(MqttEnd end) => Environment.Exit(1);

    void IMqttHandler.OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain) => Interlocked.Increment(ref _count);
}
