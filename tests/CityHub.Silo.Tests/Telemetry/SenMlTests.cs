using System.Text;
using CityHub.Silo.Telemetry.SenMl;
using CsCheck;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Telemetry;

/// <summary>RFC 8428: its examples (section 5.1), its rules (sections 4.1 to 4.6), and what breaks them.</summary>
public sealed class SenMlTests
{
    private const long Now = 1_795_000_000_000;

    [Fact]
    public void Example_5_1_1_a_single_datapoint()
    {
        var record = Assert.Single(Resolve("""[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]"""));
        Assert.Equal(("urn:dev:ow:10e2073a01080063", "Cel", 23.1, Now), (record.Name, record.Unit, record.Number, record.UnixMilliseconds));
    }

    [Fact]
    public void Example_5_1_2_multiple_datapoints_share_a_base_name()
    {
        var records = Resolve("""
            [{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},
             {"n":"current","u":"A","v":1.2}]
            """);
        Assert.Equal(["urn:dev:ow:10e2073a01080063:voltage", "urn:dev:ow:10e2073a01080063:current"], records.Select(record => record.Name));
    }

    [Fact]
    public void Example_5_1_2_base_time_version_and_unit_hold_for_what_follows()
    {
        var records = Resolve("""
            [{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
             {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","v":1.7}]
            """);
        Assert.Equal([1_276_020_076_001, 1_276_020_071_001, 1_276_020_072_001, 1_276_020_076_001], records.Select(record => record.UnixMilliseconds));
        Assert.Equal(["V", "A", "A", "A"], records.Select(record => record.Unit));
    }

    [Fact]
    public void Example_5_1_3_a_later_base_time_replaces_the_first()
    {
        var records = Resolve("""
            [{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},{"u":"lon","v":24.30621},{"t":60,"v":20.3},
             {"bt":1.320067524e+09,"v":21.2},{"t":60,"v":20.7}]
            """);
        Assert.Equal([1_320_067_464_000, 1_320_067_464_000, 1_320_067_524_000, 1_320_067_524_000, 1_320_067_584_000], records.Select(record => record.UnixMilliseconds));
    }

    [Fact]
    public void Example_5_1_5_values_of_every_kind()
    {
        var records = Resolve("""[{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},{"n":"open","vb":false},{"n":"nfv-reader","vd":"aGkgCg"}]""");
        Assert.Equal([SenMlKind.Number, SenMlKind.Text, SenMlKind.Boolean, SenMlKind.Data], records.Select(record => record.Kind));
    }

    [Theory]
    [InlineData("one second short of 2^28: relative to now", 268435455, Now + 268435455000)]
    [InlineData("2^28 exactly: absolute", 268435456, 268435456000)]
    [InlineData("in the past", -10, Now - 10000)]
    [InlineData("now", 0, Now)]
    public void Times_below_2_to_the_28_are_relative(string because, long seconds, long expected) =>
        Assert.True(Resolve($$"""[{"n":"a","v":1,"t":{{seconds}}}]""").Single().UnixMilliseconds == expected, because);

    [Fact]
    public void A_base_value_is_added() => Assert.Equal([21.5, 19], Resolve("""[{"n":"a","bv":20,"v":1.5},{"n":"b","v":-1}]""").Select(record => record.Number));

    [Theory]
    [InlineData("not JSON", "[{", SenMlFault.NotJson)]
    [InlineData("empty", "", SenMlFault.NotJson)]
    [InlineData("more after the end", "[{\"n\":\"a\",\"v\":1}] 1", SenMlFault.NotJson)]
    [InlineData("a label twice", "[{\"n\":\"a\",\"v\":1,\"v\":2}]", SenMlFault.NotJson)]
    [InlineData("an object", "{\"n\":\"a\",\"v\":1}", SenMlFault.NotAPack)]
    [InlineData("an empty pack", "[]", SenMlFault.NotAPack)]
    [InlineData("a number in the pack", "[1]", SenMlFault.NotAPack)]
    [InlineData("no value", "[{\"n\":\"a\"}]", SenMlFault.NotOneValue)]
    [InlineData("two values", "[{\"n\":\"a\",\"v\":1,\"vb\":true}]", SenMlFault.NotOneValue)]
    [InlineData("a value in quotes", "[{\"n\":\"a\",\"v\":\"1\"}]", SenMlFault.WrongType)]
    [InlineData("a number past a double", "[{\"n\":\"a\",\"v\":1e999}]", SenMlFault.WrongType)]
    [InlineData("no name", "[{\"v\":1}]", SenMlFault.BadName)]
    [InlineData("a name that begins with a hyphen", "[{\"n\":\"-a\",\"v\":1}]", SenMlFault.BadName)]
    [InlineData("a name with a space", "[{\"n\":\"a b\",\"v\":1}]", SenMlFault.BadName)]
    [InlineData("version 11", "[{\"bver\":11,\"n\":\"a\",\"v\":1}]", SenMlFault.Version)]
    [InlineData("two versions", "[{\"bver\":9,\"n\":\"a\",\"v\":1},{\"bver\":10,\"n\":\"a\",\"v\":1}]", SenMlFault.Version)]
    [InlineData("a label that must be understood", "[{\"n\":\"a\",\"v\":1,\"odd_\":1}]", SenMlFault.MustUnderstand)]
    public void What_breaks_the_rules_is_refused_whole(string because, string json, SenMlFault expected)
    {
        var records = new List<SenMlRecord>();
        var fault = SenMlPack.Resolve(Encoding.UTF8.GetBytes(json), Now, records);
        Assert.True(fault == expected, $"{because}: {fault}");
    }

    [Fact]
    public void Labels_that_nobody_knows_are_passed_over() => Assert.Single(Resolve("""[{"n":"a","v":1,"extra":{"deep":[1,2]},"ut":5}]"""));

    [Fact]
    public void A_sum_alone_is_a_record_without_a_value() => Assert.Equal(SenMlKind.Sum, Resolve("""[{"n":"a","s":5}]""").Single().Kind);

    [Theory]
    [InlineData("Cel", "air-temperature", 21, 21)]
    [InlineData("K", "air-temperature", 293.15, 20)]
    [InlineData("%RH", "relative-humidity", 55, 55)]
    [InlineData("/", "relative-humidity", 0.55, 55)]
    [InlineData("Pa", "air-pressure", 101325, 1013.25)]
    [InlineData("hPa", "air-pressure", 1013.25, 1013.25)]
    [InlineData("", "air-pressure", 1013.25, 1013.25)]
    [InlineData("km/h", "wind-speed", 36, 10)]
    [InlineData("m", "rain-depth", 0.01, 10)]
    public void Units_of_SenML_become_the_catalogues(string unit, string quantity, double number, double expected)
    {
        Assert.True(SenMlQuantity.TryConvert(unit, QuantityCatalogue.Find(quantity)!, number, out var value));
        Assert.Equal(expected, value, 9);
    }

    [Theory]
    [InlineData("%RH", "air-temperature")]
    [InlineData("Cel", "air-pressure")]
    [InlineData("cel", "air-temperature")]
    public void A_unit_of_something_else_is_refused(string unit, string quantity) => Assert.False(SenMlQuantity.TryConvert(unit, QuantityCatalogue.Find(quantity)!, 1, out _));

    [Theory]
    [InlineData("urn:dev:mac:0024befffe804ff1/air-temperature", "urn:dev:mac:0024befffe804ff1", "air-temperature")]
    [InlineData("kitchen:pm2.5", "kitchen", "pm2.5")]
    [InlineData("ozone", "senml", "ozone")]
    [InlineData("a/b/smoke", "a:b", "smoke")]
    public void The_last_part_of_a_name_is_the_quantity(string name, string device, string quantity)
    {
        Assert.True(SenMlQuantity.TryName(name, out var found, out var row));
        Assert.Equal((device, quantity), (found, row.Name));
    }

    [Fact]
    public void No_bytes_make_it_throw() => Gen.Byte.Array[0, 200].Sample(bytes => Enum.IsDefined(SenMlPack.Resolve(bytes, Now, [])));

    [Fact]
    public void No_broken_pack_makes_it_throw()
    {
        var good = Encoding.UTF8.GetBytes("""[{"bn":"urn:dev:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},{"n":"current","t":-5,"vb":true}]""");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var bad = good.ToArray();
            bad[at] = value;
            return Enum.IsDefined(SenMlPack.Resolve(bad, Now, []));
        });
    }

    private static List<SenMlRecord> Resolve(string json)
    {
        var records = new List<SenMlRecord>();
        Assert.Equal(SenMlFault.None, SenMlPack.Resolve(Encoding.UTF8.GetBytes(json), Now, records));
        return records;
    }
}
