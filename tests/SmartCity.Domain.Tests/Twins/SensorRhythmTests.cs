using SmartCity.Tests.Watch;
using SmartCity.Twins;

namespace SmartCity.Tests.Twins;

public sealed class SensorRhythmTests
{
    private SensorRhythm _rhythm;

    private bool Hears(double at, double? wall = null) => _rhythm.Heard(Watched.At(at), Watched.At(wall ?? at));

    private void HearsEvery(double interval, int times)
    {
        for (var i = 0; i <= times; i++) Hears(i * interval);
    }

    [Fact]
    public void It_is_stale_a_tick_after_one_interval_and_the_grace_and_not_before()
    {
        HearsEvery(60, 8);
        Assert.Equal((TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30)), (_rhythm.Interval, _rhythm.Grace));
        Assert.False(_rhythm.Look(Watched.At(480 + 90)));
        Assert.True(_rhythm.Look(Watched.At(480 + 90.001)));
        Assert.False(_rhythm.Look(Watched.At(1000))); // told once
        Assert.True(_rhythm.IsStale);
    }

    [Theory]
    [InlineData("too few intervals", 7, false)]
    [InlineData("enough", 8, true)]
    public void Before_it_knows_the_rhythm_it_says_nothing(string because, int intervals, bool known)
    {
        HearsEvery(60, intervals);
        Assert.True(known == _rhythm.Look(Watched.At(100_000)), because);
    }

    [Fact]
    public void One_stray_reading_does_not_bring_it_back_and_two_in_rhythm_do()
    {
        HearsEvery(60, 10);
        _rhythm.Look(Watched.At(2000));
        Assert.False(Hears(3000));
        Assert.True(_rhythm.IsStale);
        Assert.False(Hears(4000)); // another stray one
        Assert.True(Hears(4060));
        Assert.False(_rhythm.IsStale);
        Assert.Equal(TimeSpan.FromSeconds(60), _rhythm.Interval); // the pause taught nothing
    }

    [Fact]
    public void When_its_node_comes_back_it_has_time_to_speak()
    {
        HearsEvery(60, 8);
        _rhythm.Expect(Watched.At(5000));
        Assert.False(_rhythm.Look(Watched.At(5090)));
        Assert.True(_rhythm.Look(Watched.At(5090.001)));
    }

    [Fact]
    public void A_fast_sensor_has_ten_seconds_of_grace()
    {
        HearsEvery(1, 20);
        Assert.False(_rhythm.Look(Watched.At(31)));
        Assert.True(_rhythm.Look(Watched.At(31.001)));
    }

    [Fact]
    public void A_backlog_that_comes_at_once_is_no_fast_rhythm()
    {
        for (var i = 0; i < 20; i++) Hears(i * 60, wall: 1200);
        Assert.Equal(TimeSpan.FromSeconds(60), _rhythm.Interval);
    }

    [Fact]
    public void Of_an_irregular_rhythm_the_longest_pause_lately_counts()
    {
        HearsEvery(10, 20);
        Hears(260); // a minute's pause
        Assert.Equal(TimeSpan.FromSeconds(60), _rhythm.Interval);
        for (var i = 0; i < 200; i++) Hears(270 + i * 10);
        Assert.InRange(_rhythm.Interval!.Value.TotalSeconds, 10, 11);
    }

    [Fact]
    public void Several_quantities_of_one_sample_are_one_reading()
    {
        for (var i = 0; i < 60; i++) Hears(i / 3 * 60);
        Assert.Equal(TimeSpan.FromSeconds(60), _rhythm.Interval);
    }
}
