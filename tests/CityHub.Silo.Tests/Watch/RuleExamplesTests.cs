using System.Globalization;
using System.Text.Json;
using CityHub.Silo.Watch;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Tests.Watch;

/// <summary>The examples are what people copy: each is a good rule file, and each of its rules does what its comments say.</summary>
public sealed class RuleExamplesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero); // a Monday; 13:00 in Berlin

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(RuleFolders.Path("rules/examples"), "*.yaml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_example_is_a_good_file_by_itself(string file) => Assert.NotEmpty(Load(file).Rules);

    [Fact]
    public void Every_example_is_run_here() =>
        Assert.Equal(FilesOf(Files).Where(file => file is not ("district.yaml" or "repairs.yaml")).Order(StringComparer.Ordinal), FilesOf(Runs).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<string> FilesOf(System.Collections.IEnumerable rows)
    {
        foreach (object[] row in rows) yield return (string)row[0];
    }

    /// <summary>File; district and tags of the sensor; <c>time quantity value</c>, or <c>time</c> alone to let it pass; episodes that came, with the
    /// severities they had, and whether they are over. Times are hours:minutes:seconds after noon.</summary>
    public static TheoryData<string, string, string, string> Runs => new()
    {
        { "threshold.yaml", "hills", "0:00:00 air-temperature 40.5; 0:02:00", "heat major" },
        { "threshold.yaml", "hills", "0:00:00 air-temperature 40.5; 0:02:01 air-temperature 37; 0:12:00 air-temperature 37; 0:12:01 air-temperature 37", "heat major over" },
        { "threshold.yaml", "hills", "0:00:00 air-temperature 40; 0:02:00", "" },
        { "threshold.yaml", "hills", "0:00:00 air-temperature -6; 0:15:00", "pipes-freeze minor" },
        { "threshold.yaml", "harbour", "0:00:00 air-temperature -6; 0:15:00", "" },
        { "threshold.yaml", "hills", "0:00:00 supply-voltage 4.5; 0:00:10; 0:01:00 supply-voltage 5.45; 0:02:00 supply-voltage 5.2", "supply-out-of-band minor over" },
        { "threshold.yaml", "hills", "0:00:00 smoke 1; 0:00:01 smoke 0", "smoke critical over" },
        { "severities.yaml", "harbour", "0:00:00 water-level 2.1; 0:05:00", "river minor" },
        { "severities.yaml", "harbour", "0:00:00 water-level 3.3; 0:01:00 water-level 2.9; 0:11:01 water-level 2.9", "river critical major" },
        { "severities.yaml", "harbour", "0:00:00 door-open 1; 0:02:00; 0:50:00 door-open 1; 1:00:00", "door warning major" },
        { "edge.yaml", "harbour", "0:00:00 smoke 1; 0:00:01 smoke 0", "pole-smoke critical over" },
        { "votes.yaml", "old-town", "0:00:00 sound-level 90; 0:00:01 sound-level 60; 0:00:02 sound-level 90; 0:00:03 sound-level 60; 0:00:04 sound-level 90", "loud minor" },
        { "votes.yaml", "old-town", "0:00:00 sound-level 90; 0:00:01 sound-level 60; 0:00:02 sound-level 60; 0:00:03 sound-level 60; 0:00:04 sound-level 90; 0:00:05 sound-level 90", "" },
        { "mean.yaml", "old-town", string.Join("; ", Enumerable.Range(1, 8).Select(hour => $"{hour}:00:00 ozone 121")), "ozone-8h major" },
        { "mean.yaml", "old-town", string.Join("; ", Enumerable.Range(12, 24).Select(hour => $"{hour}:00:00 pm10 51")), "pm10-daily major" },
        { "rate.yaml", "harbour", "0:00:00 water-level 1; 0:10:00 water-level 1.06; 0:20:00 water-level 1.3", "river-rising minor major" },
        { "rate.yaml", "hills", "0:00:00 air-pressure 1000; 1:30:00 air-pressure 996; 3:00:00 air-pressure 993", "pressure-falls warning" },
        { "missing.yaml", "harbour", "0:00:00 water-level 1; 0:10:01; 2:00:01", "gauge-silent warning major" },
        { "missing.yaml", "harbour", "0:00:00 water-level 1; 0:10:01; 0:11:00 water-level 1", "gauge-silent warning over" },
        { "schedule.yaml", "harbour", "0:00:00 motion 1; 0:00:03", "" },
        { "schedule.yaml", "harbour", "9:00:00 motion 1; 9:00:03", "quay-at-night warning" },
        { "schedule.yaml", "harbour", "0:00:00 sound-level 81; 0:05:00", "noise-in-working-hours minor" },
        { "schedule.yaml", "harbour", "8:00:00 sound-level 81; 8:05:00", "" },
        { "relative.yaml", "harbour flood-mark=2.45", "0:00:00 water-level 2.5; 0:01:00 water-level 2.2", "over-the-mark major over" },
        { "relative.yaml", "harbour flood-mark=2.6", "0:00:00 water-level 2.5", "" },
        { "relative.yaml", "harbour", "0:00:00 air-temperature 5; 0:00:00 relative-humidity 95; 0:00:00 surface-temperature 3; 0:05:00", "bridge-slippery minor" },
        { "derived.yaml", "old-town", "0:00:00 air-temperature 33; 0:00:00 relative-humidity 70; 0:10:00", "sultry major" },
        { "derived.yaml", "old-town", "0:00:00 air-temperature 29; 0:00:00 relative-humidity 75; 0:10:00", "sultry warning" },
        { "derived.yaml", "old-town altitude=113", "0:00:00 air-temperature 10; 0:00:00 air-pressure 966; 0:15:00 air-temperature 10; 0:15:00 air-pressure 966; 0:30:00", "deep-low minor" },
        { "derived.yaml", "old-town altitude=313", "0:00:00 air-temperature 10; 0:00:00 air-pressure 966; 0:15:00 air-temperature 10; 0:15:00 air-pressure 966; 0:30:00", "" },
        { "derived.yaml", "old-town", string.Join("; ", Enumerable.Range(1, 18).Select(hour => $"{hour}:00:00 pm2.5 60")) + "; 18:10:00", "bad-air major" },
        { "derived.yaml", "old-town", string.Join("; ", Enumerable.Range(1, 17).Select(hour => $"{hour}:00:00 pm2.5 60")) + "; 18:10:00", "" },
        { "checks.yaml", "harbour", "0:00:00 air-temperature 20; 0:01:00 air-temperature 45; 0:02:00 air-temperature 20", "frost-or-heat warning Withdrawn" },
        { "checks.yaml", "harbour", "0:00:00 air-temperature 20; 0:10:00 air-temperature 38; 0:20:00 air-temperature 41", "frost-or-heat warning" },
        { "checks.yaml", "harbour", "0:00:00 water-level 1; 0:01:00 water-level 3", "" },
        { "early-warning.yaml", "old-town", Minutes("sound-level", 200, minute => minute < 199 ? 50 + minute * 37 % 101 * 0.05 : 95), "unusual-noise warning" },
        { "early-warning.yaml", "old-town", Minutes("sound-level", 99, minute => minute < 98 ? 50 + minute * 37 % 101 * 0.05 : 95), "" },
        { "early-warning.yaml", "harbour", Minutes("air-pressure", 240, minute => (minute < 200 ? 1000 : 1010) + minute * 37 % 101 * 0.01), "barometer-has-shifted minor" },
        { "early-warning.yaml", "harbour", Minutes("water-level", 1200, Tide), "flood-ahead minor" },
        { "early-warning.yaml", "harbour", Minutes("water-level", 1140, Tide), "" },
        { "quality.yaml", "harbour", "0:00:00 combustible-gas 1200?", "gas critical" },
        { "quality.yaml", "harbour tunnel inside", "0:00:00 carbon-monoxide 31; 0:05:00", "tunnel-air major" },
        { "quality.yaml", "harbour tunnel", "0:00:00 carbon-monoxide 31; 0:05:00", "" },
        { "quality.yaml", "harbour tunnel inside", "0:00:00 carbon-monoxide 31?; 0:05:00", "" },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Each_example_does_what_it_says(string file, string place, string script, string expected)
    {
        var folder = Load(file);
        var where = place.Split(' ');
        var plan = RulePlan.For(folder.As(1), where[0], where[1..], new());
        var twin = new SensorTwin(new("s"));
        var events = new List<EpisodeEvent>();
        foreach (var line in script.Split("; "))
        {
            var words = line.Split(' ');
            var at = Instant.From(Noon + HoursAndMore(words[0]));
            if (words.Length == 1) twin.Advance(at, plan, events);
            else
            {
                var value = double.Parse(words[2].TrimEnd('?'), CultureInfo.InvariantCulture);
                var reading = Reading.Measured(QuantityCatalogue.Find(words[1])!.Quantity, at, new((ulong)at.UnixMilliseconds), value, quality: words[2].EndsWith('?') ? Quality.Suspect : Quality.Good);
                twin.Observe(reading, 1, at, plan, events);
            }
        }
        Assert.Equal(expected, string.Join(", ", events.GroupBy(change => change.Episode).Select(Story)));
    }

    /// <summary>Site and value of one sensor each, at noon; the district's episode half a minute later.</summary>
    [Theory]
    [InlineData("pm2.5 3 sites", "a 60, b 60, c 60", "smog minor a b c")]
    [InlineData("pm2.5 one site of three sensors counts once", "a 60, a 60, b 60", "")]
    [InlineData("pm2.5 all very bad", "a 160, b 160, c 161, d 20", "smog major a b c")]
    [InlineData("air-temperature mean of three", "a 36, b 35.5, c 34", "heat-over-the-district warning a b c")]
    [InlineData("air-temperature one lies", "a 36, b 20, c 20.5, d 21", "one-thermometer-lies warning a b c d")]
    [InlineData("sound-level ninth decile", "a 50, b 60, c 70, d 90, e 95", "loud-evening minor a b c d e")]
    public void A_district_rule_is_on_all_its_sensors(string quantity, string sites, string expected)
    {
        var folder = Load("district.yaml");
        var old = new DistrictWatch("old-town");
        var events = new List<EpisodeEvent>();
        old.Use(new(1, "", TimeSpan.Zero, folder.Rules), Instant.From(Noon), events);
        var number = 0;
        foreach (var site in sites.Split(", "))
        {
            old.Hear(new($"{site[0]}{number++}"), site[..1], QuantityCatalogue.Find(quantity.Split(' ')[0])!.Quantity, Instant.From(Noon), double.Parse(site[2..], CultureInfo.InvariantCulture));
        }
        old.Advance(Instant.From(Noon.AddMinutes(6)), events);
        Assert.Equal(expected, string.Join(", ", events.OfType<EpisodeEvent.Raised>().Select(raised => $"{raised.Rule} {raised.Severity.ToString().ToLowerInvariant()} {string.Join(' ', raised.Members.Select(member => member.Value[..1]))}")));
        Assert.All(events, change => Assert.Equal("old-town", change.Sensor.District));
    }

    [Theory]
    [InlineData("air-temperature", "hills", "a failed read is found between good ones", 1)]
    [InlineData("pm2.5", "hills", "so is this", 1)]
    [InlineData("pm2.5", "harbour roadside", "the entry for roads holds first, and bridges 30 minutes: the gap is 40", 0)]
    [InlineData("relative-humidity", "hills", "nothing is repaired that is not listed", 0)]
    public void A_repair_stands_beside_what_came(string quantity, string place, string because, int found)
    {
        var where = place.Split(' ');
        var plan = RulePlan.For(Load("repairs.yaml").As(1), where[0], where[1..], new());
        var (twin, repairs) = (new SensorTwin(new("s")), new List<Repair>());
        var of = QuantityCatalogue.Find(quantity)!.Quantity;
        for (ulong i = 0; i < 60; i++)
        {
            var at = Instant.From(Noon.AddMinutes(20 * i));
            var reading = i == 50 ? Reading.Failed(of, at, new(i + 1), ReadFault.NoAnswer) : Reading.Measured(of, at, new(i + 1), 20 + i * 0.1);
            twin.Observe(reading, 1, at, plan, []);
            if (plan.RepairsOf(of) is { } how) twin.Repair(reading, how, [], repairs);
        }
        Assert.True(repairs.Count == found, because);
        Assert.All(repairs, repair => Assert.Equal((25.0, RepairMethod.Interpolation), (Math.Round(repair.Value, 6), repair.Method)));
    }

    private static string Story(IEnumerable<EpisodeEvent> episode) => episode.First().Rule + string.Concat(episode.Select(change => change switch
    {
        EpisodeEvent.Raised raised => " " + raised.Severity.ToString().ToLowerInvariant(),
        EpisodeEvent.SeverityChanged moved => " " + moved.Severity.ToString().ToLowerInvariant(),
        EpisodeEvent.Cleared => " over",
        _ => " " + change.GetType().Name,
    }));

    [Fact]
    public void The_schema_knows_the_keys_that_the_parser_knows()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(RuleFolders.Path("rules/schema.json")));
        var root = schema.RootElement;
        Assert.Equal(Known("colour: red"), Keys(root.GetProperty("properties")));
        var definitions = root.GetProperty("$defs");
        Assert.Equal(Known("rules: [{ colour: red, severity: minor, severities: { minor: { above: 1 } } }]"), Keys(definitions.GetProperty("rule").GetProperty("properties")));
        foreach (var (key, definition) in new[] { ("mean", "mean"), ("rate", "rate"), ("forecast", "forecast"), ("district", "district"), ("schedule", "schedule") })
        {
            Assert.Equal(Known($"rules: [{{ {key}: {{ colour: red }} }}]"), Keys(definitions.GetProperty(definition).GetProperty("properties")));
        }
        Assert.Equal(Known("repairs: [{ colour: red }]"), Keys(definitions.GetProperty("repairs").GetProperty("properties")));
        Assert.Equal(Known("checks: [{ colour: red }]"), Keys(definitions.GetProperty("checks").GetProperty("properties")));
        var limits = Keys(definitions.GetProperty("limits").GetProperty("properties"));
        Assert.Equal(Known("rules: [{ severities: { minor: { colour: red } } }]"), limits);
        Assert.Equal(QuantityCatalogue.All.Where(row => row.Quantity != Quantity.Notice).Select(row => row.Name).Order(StringComparer.Ordinal),
            definitions.GetProperty("quantity").GetProperty("enum").EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal));
    }

    private static string[] Keys(JsonElement properties) => [.. properties.EnumerateObject().Select(property => property.Name).Where(name => name != "$schema").Order(StringComparer.Ordinal)];

    // What the parser says it knows, when it meets a key that it does not.
    private static string[] Known(string text)
    {
        RuleParser.Parse([new("x.yaml", text)], out var errors);
        var said = errors.Single(error => error.Reason.Contains("unknown key 'colour'", StringComparison.Ordinal)).Reason;
        return said[(said.IndexOf("known are ", StringComparison.Ordinal) + 10)..].Split(", ");
    }

    // To 2.6 m every six hours: past 2.5 m at 1219 minutes, for the first time after enough is learnt.
    private static double Tide(int minute) => 1 + 1.6 * Math.Abs(Math.Sin(Math.PI * minute / 360));

    private static string Minutes(string quantity, int count, Func<int, double> value) => string.Join("; ", Enumerable.Range(0, count).Select(minute =>
        string.Create(CultureInfo.InvariantCulture, $"{minute / 60}:{minute % 60:00}:00 {quantity} {value(minute):0.####}")));

    private static TimeSpan HoursAndMore(string text) =>
        text.Split(':') is [var hours, var minutes, var seconds] ? TimeSpan.FromSeconds(int.Parse(hours, CultureInfo.InvariantCulture) * 3600.0 + int.Parse(minutes, CultureInfo.InvariantCulture) * 60 + int.Parse(seconds, CultureInfo.InvariantCulture)) : throw new FormatException(text);

    private static RuleFolder Load(string file)
    {
        var folder = RuleParser.Parse([new(file, File.ReadAllText(RuleFolders.Path("rules/examples/" + file)))], out var errors);
        Assert.True(folder is not null, string.Join("; ", errors));
        return folder!;
    }
}
