using System.Runtime.CompilerServices;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;
using SmartCity.Webhooks.Cap;
using Xunit.Abstractions;

namespace SmartCity.Domain.Tests.Webhooks;

/// <summary>CAP 1.2 messages: against OASIS's schema where its file lies beside the repository, and the standard's rules that a schema cannot say.</summary>
public sealed class CapMessageTests(ITestOutputHelper output)
{
    private static readonly Instant T0 = Instant.From(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
    private static readonly CapContext Context = new() { Sender = "alerts@city.example", Area = "Neustadt", Position = (51.0637, 13.7411) };
    private static readonly CapReference Opened = new("alerts@city.example", "msg_1", T0);
    private static readonly Episode Base = new(EpisodeId.Of("heat", new("s"), 1, 42), "heat", 3, new("elbe.pole-7.bme280"), Quantity.AirTemperature, Severity.Critical, T0, 41.5)
    {
        District = "neustadt", Department = "fire", Message = "Over 40 °C", RaisedAt = T0 + TimeSpan.FromSeconds(30),
        SeverityAt = T0 + TimeSpan.FromMinutes(3), ClearedAt = T0 + TimeSpan.FromHours(1), WithdrawnAt = T0 + TimeSpan.FromHours(2), Acknowledged = new("duty", T0 + TimeSpan.FromMinutes(2), "on it"),
    };

    [Theory]
    [InlineData(EpisodeNews.Raised, "Alert", "Immediate", "Extreme", null)]
    [InlineData(EpisodeNews.Acknowledged, "Update", "Immediate", "Extreme", null)]
    [InlineData(EpisodeNews.Cleared, "Update", "Past", "Minor", "AllClear")]
    [InlineData(EpisodeNews.Withdrawn, "Cancel", "Immediate", "Extreme", null)]
    public void An_episodes_life_is_an_alert_its_updates_and_only_when_it_never_was_a_cancel(EpisodeNews news, string type, string urgency, string severity, string? response)
    {
        var alert = Read(Base, news, Opened);
        Assert.Equal(type, Text(alert, "msgType"));
        var info = alert.Element(Cap("info"))!;
        Assert.Equal((urgency, severity, response), (Text(info, "urgency"), Text(info, "severity"), info.Element(Cap("responseType"))?.Value));
        Assert.Equal(Base.Id.Value, Text(alert, "incidents"));
    }

    [Fact]
    public void What_follows_refers_to_what_came_before_and_an_alert_refers_to_nothing()
    {
        Assert.Null(Read(Base, EpisodeNews.Raised, Opened).Element(Cap("references")));
        var cleared = Read(Base, EpisodeNews.Cleared, Opened, new("alerts@city.example", "msg_2", T0 + TimeSpan.FromMinutes(2)));
        Assert.Equal("alerts@city.example,msg_1,2026-11-23T14:00:00-00:00 alerts@city.example,msg_2,2026-11-23T14:02:00-00:00", Text(cleared, "references"));
    }

    [Fact]
    public void Of_very_many_earlier_messages_the_first_and_the_latest_are_referred_to()
    {
        var many = Enumerable.Range(1, 100).Select(i => new CapReference("a@b", $"msg_{i}", T0)).ToArray();
        var named = Text(Read(Base, EpisodeNews.Cleared, many), "references").Split(' ').Select(one => one.Split(',')[1]).ToArray();
        Assert.Equal(["msg_1", .. Enumerable.Range(70, 31).Select(i => $"msg_{i}")], named);
    }

    [Theory]
    [InlineData(0, "2026-11-23T14:00:09-00:00")]      // CAP writes UTC so, and never as Z
    [InlineData(60, "2026-11-23T15:00:09+01:00")]
    [InlineData(-330, "2026-11-23T08:30:09-05:30")]
    public void Times_have_whole_seconds_and_a_numeric_offset(int minutes, string expected) => Assert.Equal(expected,
        Text(Parse(CapMessage.Write(Base, EpisodeNews.Raised, "msg_9", T0 + TimeSpan.FromMilliseconds(9999), [], Context with { Offset = TimeSpan.FromMinutes(minutes) })), "sent"));

    [Fact]
    public void Every_message_has_an_end() =>
        Assert.Equal("2026-11-24T14:00:00-00:00", Text(Read(Base, EpisodeNews.Raised).Element(Cap("info"))!, "expires"));

    [Theory]
    [InlineData(CapStatus.Exercise, "Exercise")]
    [InlineData(CapStatus.Test, "Test")]
    public void A_drill_and_a_test_say_so(CapStatus status, string expected) =>
        Assert.Equal(expected, Text(Parse(CapMessage.Write(Base, EpisodeNews.Raised, "msg_9", T0, [], Context with { Status = status })), "status"));

    [Fact]
    public void A_sensor_with_a_position_is_a_small_circle_and_one_without_is_its_district()
    {
        Assert.Equal("51.0637,13.7411 0.1", Text(Read(Base, EpisodeNews.Raised).Descendants(Cap("area")).Single(), "circle"));
        var without = Parse(CapMessage.Write(Base, EpisodeNews.Raised, "msg_9", T0, [], Context with { Position = null, Area = "" })).Descendants(Cap("area")).Single();
        Assert.Equal("neustadt", Text(without, "areaDesc"));
        Assert.Null(without.Element(Cap("circle")));
    }

    [Theory]
    [InlineData("alerts@city.example", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("a,b", false)]
    [InlineData("a<b", false)]
    [InlineData("a&b", false)]
    [InlineData("a\u0001", false)]
    public void A_sender_is_a_name_without_what_would_break_a_reference(string sender, bool good)
    {
        Assert.Equal(good, CapMessage.IsName(sender));
        var fault = Record.Exception(() => CapMessage.Write(Base, EpisodeNews.Raised, "msg_9", T0, [], Context with { Sender = sender }));
        Assert.Equal(good ? null : typeof(ArgumentException), fault?.GetType());
    }

    [Fact]
    public void Whatever_texts_come_in_the_message_is_xml() => Gen.Select(Gen.String, Gen.String, Gen.String, Gen.Enum<EpisodeNews>()).Sample((message, district, note, news) =>
        Parse(CapMessage.Write(Base with { Message = message, District = district, Acknowledged = new(note, T0, note) }, news, "msg_9", T0, [Opened], Context)).Name == Cap("alert"));

    [Fact]
    public void Every_message_of_every_quantity_severity_and_status_is_valid_against_the_schema_of_oasis()
    {
        if (Schema() is not { } schema)
        {
            const string Absent = "unproven: CAP messages were not held against OASIS's schema, because ../shared/data/cap/cap12.xsd is not beside the repository";
            output.WriteLine(Absent);
            Console.WriteLine(Absent);
            return;
        }

        var checkedMessages = 0;
        foreach (var quantity in Enum.GetValues<Quantity>())
        {
            foreach (var severity in Enum.GetValues<Severity>())
            {
                foreach (var news in Enum.GetValues<EpisodeNews>())
                {
                    foreach (var status in Enum.GetValues<CapStatus>())
                    {
                        var episode = Base with { Quantity = quantity, Severity = severity, Late = true, Message = severity == Severity.Minor ? "" : "a < b & \u0001", Department = severity == Severity.Minor ? "" : "fire" };
                        Assert.Empty(Faults(schema, CapMessage.Write(episode, news, "msg_9", T0, [Opened], Context with { Status = status, Position = severity == Severity.Major ? null : (-51.5, 0) })));
                        checkedMessages++;
                    }
                }
            }
        }

        Assert.Equal(Enum.GetValues<Quantity>().Length * Enum.GetValues<Severity>().Length * Enum.GetValues<EpisodeNews>().Length * Enum.GetValues<CapStatus>().Length, checkedMessages);
        var broken = CapMessage.Write(Base, EpisodeNews.Raised, "msg_9", T0, [], Context).Replace("<scope>Restricted</scope>", "", StringComparison.Ordinal);
        Assert.NotEmpty(Faults(schema, broken));   // the check can fail
    }

    private static XElement Read(Episode episode, EpisodeNews news, params CapReference[] earlier) => Parse(CapMessage.Write(episode, news, "msg_9", T0, earlier, Context));

    private static XElement Parse(string xml) => XDocument.Parse(xml).Root!;

    private static XName Cap(string name) => XName.Get(name, CapMessage.Namespace);

    private static string Text(XElement parent, string name) => parent.Element(Cap(name))!.Value;

    private static List<string> Faults(XmlSchemaSet schema, string xml)
    {
        var faults = new List<string>();
        XDocument.Parse(xml).Validate(schema, (_, fault) => faults.Add(fault.Message));
        return faults;
    }

    private static XmlSchemaSet? Schema([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
        // Beside the repository, or beside the folder of work trees that it stands in.
        var file = new[] { "..", "../.." }.Select(up => Path.Combine(root, up, "shared/data/cap/cap12.xsd")).FirstOrDefault(File.Exists);
        if (file is null) return null;
        var schema = new XmlSchemaSet();
        using var reader = XmlReader.Create(file);
        schema.Add(CapMessage.Namespace, reader);
        schema.Compile();
        return schema;
    }
}
