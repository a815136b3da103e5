using SmartCity.Telemetry;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Tests.Watch.EarlyWarning;

public sealed class MemoryTests
{
    private const int Limit = 4096;

    [Fact]
    public void A_channel_with_all_of_early_warning_takes_at_most_4_KB_in_memory()
    {
        Make(); // everything static is there
        var before = GC.GetAllocatedBytesForCurrentThread();
        var channel = Make();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        GC.KeepAlive(channel);
        Assert.True(bytes <= Limit, $"{bytes} bytes");
    }

    [Fact]
    public void However_long_it_learns_it_takes_no_more_and_its_checkpoint_is_at_most_4_KB()
    {
        var (watch, changes, forecaster) = Make();
        var random = new Random(1);
        var writer = new VarintWriter();
        for (var i = 0; i < 200_000; i++)
        {
            var (at, value) = (Sample.Monday + i * 5 * Sample.Minute, 1e3 * Sample.Noise(random));
            Learn(at, value);
            if (i % 50_000 != 49_999) continue;
            writer.Clear();
            watch.Write(writer);
            changes.Write(writer);
            forecaster.Write(writer);
            Assert.True(writer.Length <= Limit, $"{writer.Length} bytes after {i + 1} readings");
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 200_000; i < 201_000; i++) Learn(Sample.Monday + i * 5 * Sample.Minute, i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Learn(long at, double value)
        {
            changes.Observe(at, value, watch.Observe(at, value));
            forecaster.Observe(at, value);
            forecaster.TryForecast(out _);
        }
    }

    private static (AnomalyWatch, ChangeWatch, Forecaster) Make() => (new(), new(), new(TimeSpan.FromMinutes(10)));
}
