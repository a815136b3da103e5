using System.Globalization;
using System.Text.RegularExpressions;
using Rig;

namespace ReadingPath;

/// <summary>Poison is set aside under a named reason, and is never fatal.</summary>
public sealed class BadInput
{
    [Fact]
    public async Task Each_poison_is_counted_under_its_own_reason_alone_and_afterwards_a_good_reading_still_arrives()
    {
        await using var city = await SmallCity.Start();
        var pen = new PoisonPen();
        foreach (var (topic, payload) in pen.Births()) await city.Publish(topic, payload);
        await city.Live("city.plain.weather", "air-temperature", live => live.Value.Equals(20));
        await city.NodeView("ledger", view => view.GetProperty("presence").GetString() == "online" && view.GetProperty("sensors").GetInt32() == 1);

        var expected = await SetAside(city);
        foreach (var poison in pen.All())
        {
            await city.Publish(poison.Topic, poison.Payload);
            expected[poison.Reason] = expected.GetValueOrDefault(poison.Reason) + 1;
            SortedDictionary<string, long> counted = [];
            await Until.True(async () =>
            {
                counted = await SetAside(city);
                return counted.GetValueOrDefault(poison.Reason) >= expected[poison.Reason];
            }, $"{poison.What} is counted as {poison.Reason}; the hub's last words:\n{city.Hub.Process.Tail(5)}", TimeSpan.FromSeconds(20));
            Assert.True(expected.SequenceEqual(counted), $"{poison.What}: expected {Text(expected)}, counted {Text(counted)}");
        }

        Assert.False(city.Hub.Process.HasExited);
        using var ready = await city.Hub.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.True(ready.IsSuccessStatusCode);
        var (plain, good) = pen.Good(23.5);
        await city.Publish(plain, good);
        await city.Live("city.plain.weather", "air-temperature", live => live.Value.Equals(23.5));
        var (ledger, batch) = pen.GoodBatch(24.5);
        await city.Publish(ledger, batch);
        await city.Live("city.ledger.climate", "air-temperature", live => live.Value.Equals(24.5));
        Assert.Equal(expected, await SetAside(city));
    }

    private static async Task<SortedDictionary<string, long>> SetAside(SmallCity city)
    {
        var text = await city.Hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (Match line in Regex.Matches(text, "^cityhub_set_aside_total\\{reason=\"([a-z_]+)\"\\} ([0-9]+)$", RegexOptions.Multiline))
        {
            counts[line.Groups[1].Value] = long.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture);
        }
        return counts;
    }

    private static string Text(SortedDictionary<string, long> counts) => string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"));
}
