using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace SmartCity.Domain.Tests.Timeline;

public class TimelineSchemaTests
{
    private static readonly Instant Noon = new(1_795_392_000_000);
    private static readonly SeriesTags Pole = new("old-town", "city/pole-1", "city.pole-1.bme280", "market square");

    [Fact]
    public void Every_quantity_has_a_measurement_of_its_own_that_no_dialect_wants_quoted()
    {
        var names = QuantityCatalogue.All.Select(row => TimelineSchema.Measurement(row.Quantity)).Append(TimelineSchema.Episodes).Append(TimelineSchema.Presence).ToArray();
        Assert.All(names, name => Assert.Matches(new Regex("^[a-z][a-z0-9_]*$"), name));
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal("pm2_5", TimelineSchema.Measurement(Quantity.Pm2_5));
        Assert.Equal("air_temperature", TimelineSchema.Measurement(Quantity.AirTemperature));
    }

    [Fact]
    public void Tags_rise_in_the_alphabet_and_no_field_is_called_like_one()
    {
        foreach (var (tags, fields) in new[]
        {
            (TimelineSchema.Tags, TimelineSchema.ReadingFields), (TimelineSchema.Tags, TimelineSchema.WindowFields),
            (TimelineSchema.EpisodeTags, TimelineSchema.EpisodeFields), (TimelineSchema.PresenceTags, TimelineSchema.PresenceFields),
        })
        {
            Assert.Equal(tags.Order(StringComparer.Ordinal), tags);
            Assert.Empty(tags.Intersect(fields));
            Assert.DoesNotContain("time", tags.Concat(fields));
        }
    }

    [Fact]
    public void A_good_reading_is_a_line_of_four_tags_and_three_fields() =>
        Assert.Equal(
            "air_temperature,district=old-town,node=city/pole-1,sensor=city.pole-1.bme280,site=market\\ square value=21.37,quality=1i,order=1099511627783i 1795392000000000000\n",
            Line(Reading.Measured(Quantity.AirTemperature, Noon, ReadingOrder.Of(1, 7), 21.37)));

    [Fact]
    public void A_failed_one_has_no_value_and_says_why() =>
        Assert.EndsWith(" quality=9i,order=1099511627783i,clock=1i,fault=3i 1795392000000000000\n",
            Line(Reading.Failed(Quantity.AirTemperature, Noon, ReadingOrder.Of(1, 7), ReadFault.BadChecksum, ClockTrust.Holdover)));

    [Fact]
    public void What_the_instrument_gave_stands_beside_a_corrected_value_and_a_repair_beside_what_came()
    {
        var w = new LineWriter();
        TimelineLines.Reading(w, "pm10"u8, PackedReading.Of(Reading.Measured(Quantity.Pm10, Noon, ReadingOrder.Of(0, 1), 20)), raw: 31.5);
        TimelineLines.Repair(w, "pm10"u8, new(Quantity.Pm10, Noon, 19.5, RepairMethod.Neighbour, 2 / 3.0));
        Assert.Equal("pm10 value=20,quality=1i,order=1i,raw=31.5 1795392000000000000\npm10 repaired=19.5,method=2i,confidence=0.667 1795392000000000000\n", Text(w));
    }

    [Fact]
    public void What_is_not_known_stands_as_a_dash_so_that_every_line_has_every_tag() =>
        Assert.Equal("pm10,district=-,node=-,sensor=s,site=-", Encoding.UTF8.GetString(new SeriesTags("", "", "s", "").Head(Quantity.Pm10)));

    [Theory]
    [InlineData("a ledgered reading of a set clock keeps whole milliseconds", false, ClockTrust.Synced, 0)]
    [InlineData("one whose clock runs free too", false, ClockTrust.Holdover, 0)]
    [InlineData("one whose clock was never set may have been there before", false, ClockTrust.Unsynced, 7)]
    [InlineData("a source without ledger may say two things of one millisecond", true, ClockTrust.Synced, (3 << 14) + 9)]
    public void Below_the_millisecond_stands_the_order_where_stamps_may_repeat(string because, bool unledgered, ClockTrust clock, long expected)
    {
        var order = unledgered ? ReadingOrder.Unledgered(Noon, 3, 9) : ReadingOrder.Of(0, 7);
        var stamp = TimelineSchema.Nanoseconds(PackedReading.Of(Reading.Measured(Quantity.Pm10, Noon, order, 1, clock)));
        Assert.True(stamp == Noon.UnixMilliseconds * 1_000_000 + expected, because);
        Assert.Equal(Noon, TimelineSchema.InstantOf(stamp));
    }

    [Fact]
    public void Stamps_fit_from_1970_to_a_millisecond_before_the_last_that_63_bits_hold()
    {
        Assert.True(TimelineSchema.Fits(new(0)));
        Assert.False(TimelineSchema.Fits(new(-1)));
        Assert.True(TimelineSchema.Fits(TimelineSchema.Last));
        Assert.False(TimelineSchema.Fits(TimelineSchema.Last + TimeSpan.FromMilliseconds(1)));
        Assert.True(TimelineSchema.Nanoseconds(PackedReading.Of(Reading.Measured(Quantity.Pm10, TimelineSchema.Last, new(ulong.MaxValue), 1, ClockTrust.Unsynced))) > 0);
    }

    [Theory]
    [InlineData("", "-")]
    [InlineData("-", "%2D")]
    [InlineData("plain-name.1/2", "plain-name.1/2")]
    [InlineData("50% \\ a\nb", "50%25 %5C a%0Ab")]
    [InlineData("Straße 🚦", "Straße 🚦")]
    [InlineData("🚦\t", "🚦%09")]
    public void A_name_becomes_a_tag_value_and_a_name_again(string name, string value)
    {
        Assert.Equal(value, TagText.Encode(name));
        Assert.Equal(name, TagText.Decode(value));
    }

    [Fact]
    public void Half_a_character_is_coded_by_its_number() // an attribute could not hold it
    {
        Assert.Equal("half %uD83D", TagText.Encode("half \ud83d"));
        Assert.Equal("half \ud83d", TagText.Decode("half %uD83D"));
    }

    [Fact]
    public void Every_name_comes_back_from_its_tag_value_which_holds_nothing_that_line_protocol_cannot() =>
        Gen.Char.Array[0, 20].Select(chars => new string(chars)).Sample(name =>
        {
            var value = TagText.Encode(name);
            Assert.Equal(name, TagText.Decode(value));
            Assert.NotEqual("", value);
            Assert.DoesNotContain(value, c => char.IsControl(c) || c == '\\');
            Assert.Equal(value, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)));
        });

    [Fact]
    public void Comma_blank_and_equals_are_escaped_where_each_would_end_something()
    {
        var w = new LineWriter();
        w.Begin(LineWriter.Head("a b,c=d", ("k y=,", "v =,")));
        w.Text("f =,", "say \"no\\yes\" = , \n");
        w.Boolean("b", false);
        w.End(-1);
        Assert.Equal("a\\ b\\,c=d,k\\ y\\=\\,=v\\ \\=\\, f\\ \\=\\,=\"say \\\"no\\\\yes\\\" = , \n\",b=f -1\n", Text(w));
    }

    [Fact]
    public void A_string_is_cut_at_its_limit_between_two_characters()
    {
        var w = new LineWriter();
        w.Begin("m"u8);
        w.Text("f", new string('x', LineWriter.MaxStringBytes - 1) + "🚦");
        w.End(0);
        Assert.Equal($"m f=\"{new string('x', LineWriter.MaxStringBytes - 1)}\" 0\n", Text(w));
    }

    [Fact]
    public void What_line_protocol_has_no_word_for_is_refused()
    {
        var w = new LineWriter();
        w.Begin("m"u8);
        Assert.Throws<InvalidOperationException>(() => w.End(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => w.Float("f", double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => w.Float("f", double.PositiveInfinity));
    }

    [Fact]
    public void An_episode_is_one_point_that_its_later_changes_are_written_over()
    {
        var episode = new Episode(new("0123"), "heat", 1, new("city.pole-1.bme280"), Quantity.AirTemperature, Severity.Major, Noon, 41.5)
        { District = "old-town", Department = "fire", Message = "Hot \"pole\"", RaisedAt = Noon };
        const string head = "episode,district=old-town,rule=heat,sensor=city.pole-1.bme280 ";
        const string what = "id=\"0123\",severity=\"major\",quantity=\"air-temperature\",department=\"fire\",title=\"Hot \\\"pole\\\"\",state=";
        Assert.Equal($"{head}{what}\"open\",value=41.5 1795392000000000000\n", Line(episode));
        Assert.Equal($"{head}{what}\"cleared\",value=41.5,ended=1795392060000i,acknowledged=1795392001000i 1795392000000000000\n",
            Line(episode with { ClearedAt = Noon + TimeSpan.FromMinutes(1), Acknowledged = new("me", Noon + TimeSpan.FromSeconds(1), "") }));
        Assert.Equal($"{head}{what.Replace("state=", "runbook=\"https://city.example/heat\",kind=\"exercise\",state=", StringComparison.Ordinal)}\"open\",value=41.5 1795392000000000000\n",
            Line(episode with { RunBook = "https://city.example/heat", Kind = EpisodeKind.Exercise }));
    }

    [Fact]
    public void A_change_of_presence_is_a_point()
    {
        var w = new LineWriter();
        TimelineLines.Presence(w, "city/pole-1", "stale", Noon);
        Assert.Equal("presence,node=city/pole-1 state=\"stale\",online=0i 1795392000000000000\n", Text(w));
    }

    [Fact]
    public void Windows_of_a_long_time_are_made_of_short_ones_without_loss() =>
        Samples.Run.Where(run => run.All(reading => Math.Abs(reading.Value) < 1e300)).Select(Gen.Int[1, 50]).Sample((readings, parts) =>
        {
            Window Sum(IEnumerable<PackedReading> some) => some.Aggregate(default(Window), (sum, next) => sum.And(Window.Of(next)));
            var whole = Sum(readings);
            var pieces = readings.Chunk(parts).Select(Sum).Reverse().Aggregate(default(Window), (sum, next) => sum.And(next));
            Assert.Equal(whole with { Sum = 0 }, pieces with { Sum = 0 });
            Assert.True(Math.Abs(whole.Sum - pieces.Sum) <= 1e-9 * readings.Sum(r => Math.Abs(r.Value)));
        });

    [Fact]
    public void A_window_shows_its_good_readings_and_only_without_any_the_doubtful_ones()
    {
        Window Of(double value, Quality quality) => Window.Of(PackedReading.Of(Reading.Measured(Quantity.AirTemperature, Noon, ReadingOrder.Of(0, 1), value, quality: quality)));
        var failed = Window.Of(PackedReading.Of(Reading.Failed(Quantity.AirTemperature, Noon, ReadingOrder.Of(0, 1), ReadFault.TimedOut)));
        Assert.Equal(new(10, 30, 20, 4, 2, 3), Of(70, Quality.Suspect).And(Of(10, Quality.Good)).And(failed).And(Of(20, Quality.Good)));
        Assert.Equal(new(60, 130, 70, 2, 0, 2), Of(70, Quality.Suspect).And(Of(60, Quality.Suspect)));
        Assert.Equal(0, failed.And(failed).Shown);
    }

    [Fact]
    public void A_mean_that_no_number_holds_is_left_out_of_its_line()
    {
        var huge = Window.Of(PackedReading.Of(Reading.Measured(Quantity.AirTemperature, Noon, ReadingOrder.Of(0, 1), double.MaxValue)));
        var w = new LineWriter();
        TimelineLines.Window(w, "m"u8, Noon, huge.And(huge));
        Assert.Equal("m min=1.7976931348623157E+308,max=1.7976931348623157E+308,count=2i,good=0i,measured=2i 1795392000000000000\n", Text(w));
    }

    private static string Line(Reading reading)
    {
        var w = new LineWriter();
        TimelineLines.Reading(w, Pole.Head(reading.Quantity), PackedReading.Of(reading));
        return Text(w);
    }

    private static string Line(Episode episode)
    {
        var w = new LineWriter();
        TimelineLines.Episode(w, episode);
        return Text(w);
    }

    private static string Text(LineWriter w) => Encoding.UTF8.GetString(w.Written.Span);
}
