using SmartCity.Readings;
using SmartCity.Tests.Watch;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Twins;

public sealed class NodeAndDistrictTests
{
    [Fact]
    public void The_first_instant_of_a_presence_stands()
    {
        var node = new NodeTwin(new("g", "n"));
        Assert.Equal((NodePresence.Unheard, null, null), (node.Presence, node.Since, node.LastHeard));
        Assert.True(node.Becomes(NodePresence.Online, new(10)));
        Assert.False(node.Becomes(NodePresence.Online, new(20)));
        Assert.Equal(new Instant(10), node.Since);
        Assert.True(node.Becomes(NodePresence.Stale, new(30)));
        Assert.Equal(new Instant(30), node.Since);
    }

    [Fact]
    public void What_was_heard_last_does_not_go_back()
    {
        var node = new NodeTwin(new("g", "n"));
        node.Heard(new(20));
        node.Heard(new(10));
        Assert.Equal(new Instant(20), node.LastHeard);
    }

    [Fact]
    public void A_district_counts_what_it_is_told_twice_once()
    {
        var district = new DistrictTwin("centre");
        for (var i = 0; i < 2; i++)
        {
            district.Sensor(new("a"), online: true);
            district.Sensor(new("b"), online: false);
            district.Node(new("g", "n"), online: true);
            Assert.Equal((2, 1, 1, 1), (district.Sensors, district.SensorsOnline, district.Nodes, district.NodesOnline));
        }
        for (var i = 0; i < 2; i++)
        {
            district.Sensor(new("a"), online: false);
            district.NodeLeft(new("g", "n"));
            Assert.Equal((2, 0, 0, 0), (district.Sensors, district.SensorsOnline, district.Nodes, district.NodesOnline));
        }
        district.Sensor(new("b"), online: true);
        district.SensorLeft(new("b"));
        district.SensorLeft(new("b"));
        Assert.Equal((1, 0), (district.Sensors, district.SensorsOnline));
    }

    [Fact]
    public void A_district_counts_open_episodes_by_severity()
    {
        var district = new DistrictTwin("centre");
        var open = new Episode(new("1"), "hot", 1, new("a"), Quantity.AirTemperature, Severity.Major, Watched.Noon, 31);
        district.Episode(open);
        district.Episode(open);
        district.Episode(open with { Id = new("2"), Severity = Severity.Critical });
        Assert.Equal((1, 1, 0), (district.OpenEpisodes(Severity.Major), district.OpenEpisodes(Severity.Critical), district.OpenEpisodes(Severity.Warning)));
        district.Episode(open with { ClearedAt = Watched.Noon });
        district.Episode(open with { Id = new("2"), Severity = Severity.Critical, WithdrawnAt = Watched.Noon });
        Assert.Equal((0, 0), (district.OpenEpisodes(Severity.Major), district.OpenEpisodes(Severity.Critical)));
        district.Episode(open); // found again by late readings
        Assert.Equal(1, district.OpenEpisodes(Severity.Major));
    }
}
