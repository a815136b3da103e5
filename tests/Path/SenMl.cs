using System.Text;

namespace ReadingPath;

/// <summary>A small device that knows HTTP's cousin JSON and no Sparkplug.</summary>
public sealed class SenMl
{
    [Fact]
    public async Task A_published_pack_of_RFC_8428_makes_a_sensor_appear_with_its_values()
    {
        await using var city = await SmallCity.Start();
        // Base name, base unit and base time; one record in kelvin, measured two seconds before it was sent.
        await city.Publish("senml/city/roof-box", Encoding.UTF8.GetBytes("""
            [{"bn":"roof/","bu":"%RH","n":"relative-humidity","v":61.5},
             {"n":"air-temperature","u":"K","v":295.65,"t":-2}]
            """));
        var humidity = await city.Live("city.roof-box.roof", "relative-humidity");
        var temperature = await city.Live("city.roof-box.roof", "air-temperature");
        Assert.Equal((61.5, "%"), (humidity.Value, humidity.Unit));
        Assert.Equal((22.5, "Cel"), (Math.Round(temperature.Value, 9), temperature.Unit));
        Assert.Equal(TimeSpan.FromSeconds(2), humidity.At - temperature.At);
        var node = await city.NodeView("roof-box", view => view.GetProperty("presence").GetString() == "online");
        Assert.True(node.GetProperty("unledgered").GetBoolean());
    }
}
