using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace Bench;

/// <summary>A register in which a million messages wait: how long until the first of them arrives after a start, and how much memory that takes.</summary>
internal static class PendingBacklog
{
    private const int Batch = 2000;

    public static async Task<Table> Run(string folder, int messages)
    {
        var wall = TimeProvider.System;
        await using var endpoints = await Endpoints.Start();
        var composer = new CityHub.Silo.Webhooks.WebhookComposer(City.Unnamed);
        var filling = wall.GetTimestamp();
        using (var register = DeliveryHub.Open(folder, composer))
        {
            await DeliveryHub.Subscribe(register, endpoints.Url);
            for (var made = 0; made < messages; made += Batch)
            {
                var now = Instant.From(wall.GetUtcNow());
                await register.Commit([.. Enumerable.Range(made, Math.Min(Batch, messages - made)).Select(n => new EpisodeEvent.Raised(EpisodeId.Of("heat", new($"sensor-{n}"), 1, (ulong)n), "heat", 1, new($"sensor-{n}"),
                    Quantity.AirTemperature, now, Severity.Major, 41.5, now, false))], raised => new("neustadt", $"dept-{int.Parse(raised.Sensor.Value[7..], System.Globalization.CultureInfo.InvariantCulture) % Endpoints.Count}", "Over 40 degrees"));
            }
        }
        var filled = wall.GetElapsedTime(filling);
        GC.Collect();
        var before = Rig.ProcessFigures.Of(Environment.ProcessId).AnonymousBytes;
        var started = wall.GetTimestamp();
        await using var hub = await DeliveryHub.Start(folder, endpoints.Url);
        while (endpoints.RaisesSeen == 0 && wall.GetElapsedTime(started) < TimeSpan.FromMinutes(2)) await Task.Delay(TimeSpan.FromMilliseconds(10), wall);
        var first = wall.GetElapsedTime(started);
        await Task.Delay(TimeSpan.FromSeconds(10), wall);
        var (drained, took) = (endpoints.RaisesSeen, wall.GetElapsedTime(started));
        var grown = (Rig.ProcessFigures.Of(Environment.ProcessId).AnonymousBytes - before) / 1048576.0;
        var table = new Table($"backlog: {messages:#,0} messages wait for {Endpoints.Count} endpoints ({Endpoints.Hung} hung, {Endpoints.Failing} failing half the time), filled in {filled.TotalSeconds:0} s",
            "", "first after s", "drained/s", "memory grown MB");
        table.Row("hub", first.TotalSeconds, drained / took.TotalSeconds, grown);
        table.Ask("from the start to the first that arrives", first.TotalSeconds, "s", "at most", 5);
        table.Ask("memory beyond what it had before (endpoints within the same process)", grown, "MB", "at most", 200);
        return table;
    }
}
