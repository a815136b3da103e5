using CityHub.Silo.Watch;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Tests.Watch;

public sealed class RuleParserTests
{
    [Fact]
    public void The_sample_city_and_the_replay_are_good_rules()
    {
        var city = Folder("rules");
        Assert.Equal(["harbour", "hills", "old-town"], city.Districts.Keys);
        Assert.Equal(["environment", "fire", "police", "water"], city.Rules.Select(rule => rule.Department).Distinct().Order());
        Assert.All(city.Rules.Where(rule => rule.Quantity is Quantity.Smoke or Quantity.Flood), rule => Assert.Equal(LatePolicy.Raise, rule.LatePolicy));
        var replay = Folder("rules/replay");
        Assert.Equal(TimeSpan.FromHours(1), replay.DayOffset);
        Assert.Equal(new MeanOver(TimeSpan.FromHours(1), 24, 18, CalendarDay: true), replay.Rules.Single(rule => rule.Id == "pm10-daily").Mean);
        Assert.Equal(new MeanOver(TimeSpan.FromHours(1), 8, 6, CalendarDay: false), replay.Rules.Single(rule => rule.Id == "ozone-8h").Mean);
        Assert.All((RuleFolder[])[city, replay], folder => Assert.NotNull(RulePlan.For(new(1, folder.Hash, folder.DayOffset, folder.Rules), "harbour")));
    }

    [Fact]
    public void Every_key_of_a_rule_is_read()
    {
        var rule = Parse("""
            day-offset: "-03:30"
            districts: { harbour: Harbour, hills: The Hills }
            rules:
              - { id: cold, quantity: air-temperature, below: -5, clear: -3.5, for: 90s, per-day: true, severity: minor, districts: [hills], lateness: 2h, late: ignore, department: water, message: Pipes freeze. }
            """)!.Rules.Single();
        Assert.Equal((Breach.Below, -5, -3.5, TimeSpan.FromSeconds(90), true, Severity.Minor), (rule.Breach, rule.Level, rule.Clear, rule.For, rule.PerDay, rule.Severity));
        Assert.Equal(("hills", TimeSpan.FromHours(2), LatePolicy.Ignore, "water", "Pipes freeze."), (rule.Districts.Single(), rule.Lateness, rule.LatePolicy, rule.Department, rule.Message));
    }

    [Fact]
    public void Every_kind_of_limit_input_and_time_is_read()
    {
        var rules = Parse("""
            calendars: { feasts: [2026-12-25, 2026-12-26] }
            rules:
              - { id: a, quantity: supply-voltage, outside: [4, 6], clear: [4.5, 5.5], severity: minor, votes: 3 of 5, clear-for: 2m, quality: suspect, tags: [roof], category: Infra, run-book: https://city.example/a }
              - { id: b, quantity: water-level, severities: { major: { above: 3, for: 1m }, minor: { above: 2, clear: 1 } }, rate: { window: 10m } }
              - { id: c, quantity: water-level, missing-for: 10m, severity: minor, schedule: { zone: Europe/Berlin, days: [mon, sun], from: "22:00", to: "06:00", except: [feasts] } }
              - { id: d, quantity: surface-temperature, relative-to: dew-point, below: 0, severity: minor }
              - { id: e, quantity: water-level, relative-to: { attribute: mark }, equal: 2, severity: minor }
            """)!.Rules;
        var (a, b, c) = (rules[0], rules[1], rules[2]);
        Assert.Equal((Breach.Outside, 4, 4.5, 5.5, 6, new VoteOf(3, 5), TimeSpan.FromMinutes(2)), (a.Breach, a.LowLevel, a.LowClear, a.Clear, a.Level, a.Votes, a.ClearFor));
        Assert.Equal((QualityGate.Suspect, "roof", "Infra", "https://city.example/a"), (a.Gate, a.Tags.Single(), a.Category, a.RunBook));
        Assert.Equal((Severity.Minor, 2, 1, new SeverityLevel(Severity.Major, 3, 3) { For = TimeSpan.FromMinutes(1) }), (b.Severity, b.Level, b.Clear, b.Higher.Single()));
        Assert.Equal(new RateOver(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)), b.Rate);
        Assert.Equal((Breach.Missing, TimeSpan.FromMinutes(10)), (c.Breach, c.For));
        Assert.Equal((new DayWindow(0b0000011, 22 * 60, 6 * 60), 2, "Europe/Berlin"), (c.Schedule!.Windows.Single(), c.Schedule.Except.Count, c.Schedule.Zone.Name));
        Assert.Equal((new Reference(Quantity.DewPoint, ""), new Reference(null, "mark")), (rules[3].RelativeTo, rules[4].RelativeTo));
    }

    [Fact]
    public void Checks_are_read_and_a_quantity_alone_means_its_defaults()
    {
        var checks = Parse("""
            checks:
              - { quantity: air-temperature }
              - { quantity: ozone, gross-range: { fail: [0, 500], suspect: [1, 300] }, spike: { suspect: 5, fail: 9 }, rate-per-minute: { suspect: 1, fail: 2 }, flat-line: { tolerance: 0.1, suspect: 1h, fail: 2h }, attenuated: { over: 1d, suspect: 2, fail: 1 }, gap: 1h }
              - { quantity: pm10, neighbours: { suspect: 5, fail: 9, within: 800, sites: 2, fresh-for: 1h }, twin-channels: { differs: 5, share: 0.7, over: 2h, readings: 4 } }
              - { quantity: pm1, neighbours: { suspect: 5 }, twin-channels: { differs: 5 } }
            """)!.Checks;
        Assert.Equal(QualityChecks.DefaultsOf(Quantity.AirTemperature), checks[0]);
        Assert.Equal(new(Quantity.Ozone)
        {
            Range = new(0, 1, 300, 500), Spike = new(5, 9), RatePerMinute = new(1, 2), Flat = new(0.1, TimeSpan.FromHours(1), TimeSpan.FromHours(2)),
            Attenuated = new(TimeSpan.FromDays(1), new(2, 1)), Gap = TimeSpan.FromHours(1),
        }, checks[1]);
        Assert.Equal(new(Quantity.Pm10) { Neighbours = new(5, 9, 800, 2, TimeSpan.FromHours(1)), Twins = new(TimeSpan.FromHours(2), 4, 5, 0.7) }, checks[2]);
        Assert.Equal(new(Quantity.Pm1) { Neighbours = new(5, null, 5000, 3, TimeSpan.FromMinutes(15)), Twins = new(TimeSpan.FromHours(1), 20, 5, 0) }, checks[3]);
    }

    [Fact]
    public void Repairs_are_read_and_a_quantity_alone_means_the_usual()
    {
        var repairs = Parse("""
            districts: { harbour: Harbour }
            repairs:
              - { quantity: ozone, methods: [season, neighbour], longest: 1h, within: 800, fresh-for: 5m, every: 10m, least-confidence: 0.5, districts: [harbour], tags: [roof] }
              - { quantity: ozone }
            """)!.Repairs;
        Assert.Equal([RepairMethod.Season, RepairMethod.Neighbour], repairs[0].Methods);
        Assert.Equal((TimeSpan.FromHours(1), 800, TimeSpan.FromMinutes(5), 0.5, "harbour", "roof"), (repairs[0].Longest, repairs[0].WithinMetres, repairs[0].FreshFor, repairs[0].LeastConfidence, repairs[0].Districts.Single(), repairs[0].Tags.Single()));
        Assert.Equal((TimeSpan.FromMinutes(10), null), (repairs[0].Every, repairs[1].Every));
        var usual = RepairPlan.DefaultOf(Quantity.Ozone);
        Assert.Equal((usual.Longest, usual.WithinMetres, usual.LeastConfidence, 3, 0, 0), (repairs[1].Longest, repairs[1].WithinMetres, repairs[1].LeastConfidence, repairs[1].Methods.Count, repairs[1].Districts.Count, repairs[1].Tags.Count));
    }

    [Fact]
    public void A_zone_has_the_clock_changes_of_the_law()
    {
        var zone = Parse("rules: [{ id: a, quantity: smoke, above: 0, severity: minor, schedule: { zone: Europe/Berlin } }]")!.Rules.Single().Schedule!.Zone;
        foreach (var (utc, hours) in new[] { ("2026-03-29T00:59:59Z", 1), ("2026-03-29T01:00:00Z", 2), ("2026-10-25T00:59:59Z", 2), ("2026-10-25T01:00:00Z", 1) })
        {
            Assert.Equal(hours * 3_600_000, zone.OffsetAt(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()));
        }
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var folder = Parse("rules: [{ id: smoke, quantity: smoke, above: 0, severity: critical }]")!;
        var rule = folder.Rules.Single();
        Assert.Equal((0, TimeSpan.Zero, false, TimeSpan.FromMinutes(5), LatePolicy.Record, ""), (rule.Clear, rule.For, rule.PerDay, rule.Lateness, rule.LatePolicy, rule.Department));
        Assert.Equal(TimeSpan.Zero, folder.DayOffset);
    }

    [Theory]
    [InlineData("an unknown key", "colour: red", 1, "unknown key 'colour'")]
    [InlineData("an unknown key of a rule", "rules:\n- { id: a, quantity: smoke, above: 0, severity: minor, unless: rain }", 2, "unknown key 'unless'")]
    [InlineData("a rule for nodes that only the hub can evaluate", "rules:\n- { id: a, quantity: pm10, above: 50, severity: minor, edge: true, votes: 3 of 5 }", 2, "edge: a node compares values with")]
    [InlineData("no id", "rules:\n- { quantity: smoke, above: 0, severity: minor }", 2, "'id' is missing")]
    [InlineData("an id in capitals", "rules:\n- { id: Heat, quantity: smoke, above: 0, severity: minor }", 2, "id: lower case")]
    [InlineData("an id twice", "rules:\n- { id: a, quantity: smoke, above: 0, severity: minor }\n- { id: a, quantity: flood, above: 0, severity: minor }", 3, "'a' stands twice")]
    [InlineData("a quantity nobody knows", "rules:\n- { id: a, quantity: warmth, above: 0, severity: minor }", 2, "'warmth' is not in the catalogue")]
    [InlineData("two levels", "rules:\n- { id: a, quantity: smoke, above: 0, below: 1, severity: minor }", 2, "exactly one")]
    [InlineData("no level", "rules:\n- { id: a, quantity: smoke, severity: minor }", 2, "exactly one")]
    [InlineData("a level that is no number", "rules:\n- { id: a, quantity: smoke, above: high, severity: minor }", 2, "above: a number")]
    [InlineData("a level that cannot be", "rules:\n- { id: a, quantity: relative-humidity, above: 100.5, severity: minor }", 2, "outside what relative-humidity can be")]
    [InlineData("clear on the bad side", "rules:\n- { id: a, quantity: air-temperature, above: 40, clear: 40.5, severity: minor }", 2, "good side of 'above'")]
    [InlineData("no severity", "rules:\n- { id: a, quantity: smoke, above: 0 }", 2, "'severity' is missing")]
    [InlineData("a severity nobody knows", "rules:\n- { id: a, quantity: smoke, above: 0, severity: bad }", 2, "one of warning, minor, major, critical")]
    [InlineData("a span without a unit", "rules:\n- { id: a, quantity: smoke, above: 0, severity: minor, for: 30 }", 2, "for: a span of time")]
    [InlineData("a district nobody named", "rules:\n- { id: a, quantity: smoke, above: 0, severity: minor, districts: [moon] }", 2, "'moon' is not among the districts")]
    [InlineData("a mean with a for", "rules:\n- { id: a, quantity: ozone, above: 0, severity: minor, for: 1s, mean: { slot: 1h, window: 8h, min-slots: 6 } }", 2, "leave 'for' out")]
    [InlineData("a slot that does not divide a day", "rules:\n- { id: a, quantity: ozone, above: 0, severity: minor, mean: { slot: 7h, window: day, min-slots: 1 } }", 2, "must divide a day")]
    [InlineData("289 slots", "rules:\n- { id: a, quantity: ozone, above: 0, severity: minor, mean: { slot: 1m, window: 289m, min-slots: 1 } }", 2, "1 to 288 slots")]
    [InlineData("more than all slots", "rules:\n- { id: a, quantity: ozone, above: 0, severity: minor, mean: { slot: 1h, window: 8h, min-slots: 9 } }", 2, "more than the window has")]
    [InlineData("two kinds of severities", "rules:\n- { id: a, quantity: smoke, severity: minor, severities: { minor: { above: 0 } } }", 2, "stands within 'severities'")]
    [InlineData("limits out of order", "rules:\n- { id: a, quantity: ozone, severities: { minor: { above: 5 }, major: { above: 4 } } }", 2, "past the severity before")]
    [InlineData("clear levels out of order", "rules:\n- { id: a, quantity: ozone, severities: { minor: { above: 5 }, major: { above: 9, clear: 4 } } }", 2, "its clear level too")]
    [InlineData("one limit for two severities at once", "rules:\n- { id: a, quantity: ozone, severities: { minor: { above: 5 }, major: { above: 5 } } }", 2, "it must take longer")]
    [InlineData("limits of two kinds", "rules:\n- { id: a, quantity: ozone, severities: { minor: { above: 5 }, major: { below: 1 } } }", 2, "same kind of limit")]
    [InlineData("a severity that is none", "rules:\n- { id: a, quantity: ozone, severities: { bad: { above: 5 } } }", 2, "unknown key 'bad'")]
    [InlineData("outside of one number", "rules:\n- { id: a, quantity: ozone, outside: 5, severity: minor }", 2, "two numbers")]
    [InlineData("outside the wrong way round", "rules:\n- { id: a, quantity: ozone, outside: [8, 5], severity: minor }", 2, "lower level comes first")]
    [InlineData("clear beyond outside", "rules:\n- { id: a, quantity: ozone, outside: [5, 8], clear: [4, 8], severity: minor }", 2, "within 'outside'")]
    [InlineData("more votes than readings", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, votes: 6 of 5 }", 2, "n of m")]
    [InlineData("votes over too many readings", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, votes: 3 of 33 }", 2, "at most 32")]
    [InlineData("silence of a mean", "rules:\n- { id: a, quantity: ozone, missing-for: 5m, severity: minor, rate: { window: 5m } }", 2, "silence has no mean")]
    [InlineData("a rate without a window", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, rate: { per: 1h } }", 2, "'window' is missing")]
    [InlineData("a window over a day", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, rate: { window: 25h } }", 2, "1s to 1d")]
    [InlineData("relative to itself", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, relative-to: ozone }", 2, "not another quantity")]
    [InlineData("a zone nobody knows", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, schedule: { zone: Europe/Atlantis } }", 2, "no time zone")]
    [InlineData("a day that is none", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, schedule: { zone: UTC, days: [monday] } }", 2, "'monday' is none")]
    [InlineData("a time that is none", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, schedule: { zone: UTC, from: '25:00' } }", 2, "a time of day")]
    [InlineData("a calendar nobody wrote", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, schedule: { zone: UTC, except: [feasts] } }", 2, "'feasts' is not among")]
    [InlineData("a date that is none", "calendars: { feasts: [2026-02-30] }", 1, "no day such as")]
    [InlineData("a category of nobody's", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, category: Air }", 2, "one of Geo")]
    [InlineData("a run book on no web", "rules:\n- { id: a, quantity: ozone, above: 5, severity: minor, run-book: 'file:///etc' }", 2, "address of a page")]
    [InlineData("a quantity checked twice", "checks: [{ quantity: ozone, gap: 1h }, { quantity: ozone, gap: 2h }]", 1, "checked twice")]
    [InlineData("a range within out", "checks: [{ quantity: ozone, gross-range: { fail: [0, 10], suspect: [-1, 5] } }]", 1, "within 'fail'")]
    [InlineData("a spike that fails before it is suspect", "checks: [{ quantity: ozone, spike: { suspect: 5, fail: 4 } }]", 1, "not less")]
    [InlineData("a flat line without times", "checks: [{ quantity: ozone, flat-line: { tolerance: 1 } }]", 1, "not shorter")]
    [InlineData("an attenuation the wrong way round", "checks: [{ quantity: ozone, attenuated: { over: 1h, suspect: 1, fail: 2 } }]", 1, "a smaller one")]
    [InlineData("neighbours that fail before they are suspect", "checks: [{ quantity: ozone, neighbours: { suspect: 5, fail: 4 } }]", 1, "not less")]
    [InlineData("neighbours at no distance", "checks: [{ quantity: ozone, neighbours: { suspect: 5, within: 0 } }]", 1, "'within' in metres")]
    [InlineData("more sites than are looked at", "checks: [{ quantity: ozone, neighbours: { suspect: 5, sites: 17 } }]", 1, "from 1 to 16")]
    [InlineData("twin channels without a difference", "checks: [{ quantity: ozone, twin-channels: { share: 0.7 } }]", 1, "'differs'")]
    [InlineData("a repair of what is on or off", "repairs: [{ quantity: smoke }]", 1, "no values in between")]
    [InlineData("a repair of a direction", "repairs: [{ quantity: wind-direction }]", 1, "no values in between")]
    [InlineData("a repair by magic", "repairs: [{ quantity: ozone, methods: [magic] }]", 1, "interpolation, neighbour and season")]
    [InlineData("a repair by nothing", "repairs: [{ quantity: ozone, methods: [] }]", 1, "at least one")]
    [InlineData("a repair surer than sure", "repairs: [{ quantity: ozone, least-confidence: 1.1 }]", 1, "from 0 to 1")]
    [InlineData("a repair over more than a day", "repairs: [{ quantity: ozone, longest: 25h }]", 1, "from 1s to 1d")]
    [InlineData("a repair of what is due all the time", "repairs: [{ quantity: ozone, every: 0s }]", 1, "from 1s to 1d")]
    [InlineData("a repair nowhere", "repairs: [{ quantity: ozone, within: 0 }]", 1, "metres above 0")]
    [InlineData("an offset without a sign", "day-offset: \"01:00\"", 1, "day-offset")]
    [InlineData("not YAML", "rules: [", 2, "not YAML")]
    [InlineData("a key twice", "rules: []\nrules: []", 2, "not YAML")]
    [InlineData("a list for a file", "- a", 0, "one document with keys")]
    public void A_wrong_file_is_refused_with_file_line_and_reason(string because, string text, int line, string reason)
    {
        Assert.Null(RuleParser.Parse([new("city.yaml", text)], out var errors));
        Assert.True(errors.Any(error => error.File == "city.yaml" && error.Line == line && error.Reason.Contains(reason, StringComparison.Ordinal)), $"{because}: {string.Join("; ", errors)}");
    }

    [Fact]
    public void All_errors_of_all_files_are_said_at_once()
    {
        Assert.Null(RuleParser.Parse([new("a.yaml", "rules:\n- { id: A, quantity: warmth, above: 0, severity: minor }"), new("b.yaml", "colour: red")], out var errors));
        Assert.Equal(["a.yaml:2", "a.yaml:2", "b.yaml:1"], errors.Select(error => $"{error.File}:{error.Line}").Order());
    }

    [Fact]
    public void A_window_of_exactly_288_slots_is_taken() =>
        Assert.Equal(288, Parse("rules: [{ id: a, quantity: ozone, above: 0, severity: minor, mean: { slot: 5m, window: 1d, min-slots: 288 } }]")!.Rules.Single().Mean!.Slots);

    [Fact]
    public void What_the_register_keeps_parses_to_the_same_rules()
    {
        RuleSource[] sources = [new("b.yaml", "districts: { hills: Hills }"), new("a.yaml", "rules:\n- { id: a, quantity: smoke, above: 0, severity: minor, districts: [hills] }\n")];
        var again = RuleParser.Split(RuleParser.Join(sources));
        Assert.Equal(RuleParser.HashOf(sources), RuleParser.HashOf(again));
        Assert.Equal("a", Assert.Single(RuleParser.Parse(again, out _)!.Rules).Id);
    }

    private static RuleFolder? Parse(string text)
    {
        var folder = RuleParser.Parse([new("city.yaml", text)], out var errors);
        Assert.True(folder is not null, string.Join("; ", errors));
        return folder;
    }

    private static RuleFolder Folder(string path)
    {
        var folder = RuleParser.Parse([.. Directory.EnumerateFiles(RuleFolders.Path(path), "*.yaml").Select(file => new RuleSource(Path.GetFileName(file), File.ReadAllText(file)))], out var errors);
        Assert.True(folder is not null, string.Join("; ", errors));
        return folder!;
    }
}
