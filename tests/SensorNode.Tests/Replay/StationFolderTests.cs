using SensorNode.Replay;
using SmartCity.Readings;

namespace SensorNode.Tests.Replay;

public sealed class StationFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stations").FullName;
    private static readonly TimeSpan Offset = TimeSpan.FromHours(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_stamp_ends_the_hour_and_a_daily_row_ends_its_day()
    {
        Write("2018-07/Dresden-Bergstraße.csv", "Datum,Zeit,O3,PM10_HVS", "yyyy-mm-dd,hh:mm,µg/m³,µg/m³",
            "2018-07-01,,,11.85", "2018-07-01,01:00,52,", "2018-07-02,00:00,45,");

        var station = Assert.Single(StationFolder.Read(_folder, Offset, out var errors));

        Assert.Empty(errors);
        Assert.Equal(("dresden-bergstrasse", "dresden"), (station.Node, station.Town));
        Assert.Equal(
            [
                new StationValue(At("2018-07-01T00:00:00Z"), Quantity.Ozone, 52),
                new StationValue(At("2018-07-01T23:00:00Z"), Quantity.Ozone, 45),
                new StationValue(At("2018-07-01T23:00:00Z"), Quantity.Pm10Daily, 11.85),
            ], station.Values);
    }

    [Fact]
    public void What_was_not_measured_is_not_there()
    {
        Write("a/Leipzig-Mitte.csv", "Datum,Zeit,NO2,O3", "u,u,u,u", "2018-07-01,01:00,NaN,", "2018-07-01,02:00,,7");

        var station = Assert.Single(StationFolder.Read(_folder, Offset, out _));

        Assert.Equal([new StationValue(At("2018-07-01T01:00:00Z"), Quantity.Ozone, 7)], station.Values);
    }

    [Fact]
    public void Every_error_is_said_at_once_with_file_and_line()
    {
        Write("a/One.csv", "Datum,Zeit,O3,XENON", "u,u,u,u", "2018-13-01,01:00,1,", "2018-07-01,25:00,1,", "2018-07-01,02:00,much,", "2018-07-01,03:00,1");
        Write("a/Two.csv", "Date,Time,O3");

        Assert.Empty(StationFolder.Read(_folder, Offset, out var errors));

        Assert.Equal(
            [
                "a/One.csv:1: unknown column XENON", "a/One.csv:3: not a date: 2018-13-01", "a/One.csv:4: not a time: 25:00",
                "a/One.csv:5: O3: not a number: much", "a/One.csv:6: 3 cells, the first row has 4", "a/Two.csv:1: the first row must begin with Datum,Zeit",
            ], errors);
    }

    [Fact]
    public void A_daily_value_in_an_hourly_row_is_refused()
    {
        Write("a/One.csv", "Datum,Zeit,PM10_HVS", "u,u,u", "2018-07-01,01:00,12");

        StationFolder.Read(_folder, Offset, out var errors);

        Assert.Equal(["a/One.csv:3: PM10_HVS has a value in an hourly row"], errors);
    }

    private static Instant At(string iso) => Instant.From(DateTimeOffset.Parse(iso));

    private void Write(string name, params string[] lines)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
    }
}
