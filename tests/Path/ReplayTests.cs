using System.Globalization;
using System.Text.Json;
using Rig;
using Xunit.Abstractions;

namespace ReadingPath;

/// <summary>Days of station data through the same wire in seconds: what departments are told is what the files say.</summary>
public sealed class ReplayTests(ITestOutputHelper output)
{
    private const string LeftOut = "city: the recorded stations are not beside the project; their replay was left out";

    [Fact]
    public async Task Every_boundary_of_the_limits_raises_on_the_day_that_it_belongs_to()
    {
        var folder = Directory.CreateTempSubdirectory("stations-");
        MadeUpStations.Write(folder.FullName);
        Assert.Equal(MadeUpStations.Expected, StationDays.In(folder.FullName)); // the calculation is right where a hand can follow it
        await Replay(folder.FullName, MadeUpStations.Expected);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Half_a_year_of_ten_recorded_stations_raises_exactly_the_station_days_that_were_over_a_limit()
    {
        var folder = Path.GetFullPath(Path.Combine(Products.Root, "..", "shared", "data", "saxony-air"));
        if (!Directory.Exists(folder))
        {
            Console.WriteLine(LeftOut);
            return;
        }
        var days = StationDays.In(folder);
        Assert.Equal((17, 139), (days.Count(day => day.Rule == "pm10-daily"), days.Count(day => day.Rule == "ozone-8h")));
        Assert.Equal(6, days.Where(day => day.Rule == "ozone-8h").Select(day => day.Station).Distinct().Count());
        await Replay(folder, days);
    }

    private async Task Replay(string folder, IReadOnlyCollection<StationDay> expected)
    {
        // The limit on old stamps goes by the machine's clock: recorded data grow older than any default.
        await using var city = await SmallCity.Start(Path.Combine(Products.Root, "rules", "replay"), "environment", "--Hub:Clock=Data", "--Hub:PastLimit=36500.00:00:00", "--Hub:AnswerInterval=00:00:00.250");
        await using var replay = Child.Start(Path.Combine(city.Folder, "replay.log"), "dotnet", Products.Node, "replay", folder, "--speed", "max", "--broker", $"127.0.0.1:{city.Broker.Port}");
        var code = await replay.End(TimeSpan.FromMinutes(8));
        output.WriteLine(replay.Tail());
        Assert.True(code == 0, $"the replay ended with {code}:\n{replay.Tail()}");

        await Until.True(() => Told(city).Distinct().Count() >= expected.Count, () => $"{expected.Count} station-days are told; missing: {string.Join(", ", expected.Except(Told(city)).Take(20))}");
        await Until.True(async () => (await city.List("/v1/deliveries?limit=1000")).All(d => d.GetProperty("deliveredAt").ValueKind != JsonValueKind.Null), "every message is delivered");
        var told = Told(city).ToHashSet();
        Assert.True(told.SetEquals(expected), $"missing: {string.Join(", ", expected.Except(told))}; too many: {string.Join(", ", told.Except(expected))}");
        // A limit may be broken, kept and broken again on one day; each time is told once.
        var raised = city.Department.All.Where(m => m.Type == "episode.raised").ToArray();
        Assert.Equal(raised.Length, raised.Select(m => (m.Data.GetProperty("rule").GetString(), m.Data.GetProperty("sensor").GetString(), m.Data.GetProperty("firstBreachAt").GetString())).Distinct().Count());
        Assert.Equal(raised.Length, (await city.List("/v1/alerts?limit=1000")).Length);
        Assert.DoesNotContain(city.Department.All, message => message.Data.GetProperty("rule").GetString() == "no2-hourly");
    }

    /// <summary>The station-days of the messages: a first breach is the end of the window that was over.</summary>
    private static List<StationDay> Told(SmallCity city) => city.Department.All.Where(m => m.Type == "episode.raised").Select(message =>
    {
        var end = DateTimeOffset.Parse(message.Data.GetProperty("firstBreachAt").GetString()!, CultureInfo.InvariantCulture).ToOffset(TimeSpan.FromHours(1));
        var sensor = message.Data.GetProperty("sensor").GetString()!.Split('.');
        Assert.Equal(("city", "station", 3), (sensor[0], sensor[^1], sensor.Length));
        return new StationDay(message.Data.GetProperty("rule").GetString()!, sensor[1], StationDays.DayOf(end.DateTime));
    }).ToList();
}
