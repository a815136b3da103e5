using System.Globalization;
using CityHub.Silo.Timeline;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Timeline;

public sealed class TimelineCrashTests
{
    private const int RowsPerAppend = 200;
    private static readonly SensorId Sensor = new("centre.pole-1.bme280");

    /// <summary>Appends as fast as it can, compacting all the time, and prints each block's number once it is promised.</summary>
    internal static void WriteUntilKilled(string folder)
    {
        using var timeline = Open(folder, flushRows: RowsPerAppend * 3);
        var rows = new TimelineRow[RowsPerAppend];
        for (ulong sample = timeline.BlocksAfter(0).Aggregate(0ul, (last, block) => Math.Max(last, block.Rows[^1].Reading.Order.Sample)); ;)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                sample++;
                rows[i] = new(timeline.Series(Sensor, Quantity.AirTemperature), Reading.Measured(Quantity.AirTemperature, At(sample), ReadingOrder.Of(1, sample), sample % 60));
            }
            if (timeline.Append(rows, [], out _) != TimelineVerdict.Stored) continue;
            Console.WriteLine(sample.ToString(CultureInfo.InvariantCulture));
            if (sample % 2000 == 0) timeline.Compact(At(sample), CancellationToken.None);
        }
    }

    [Fact]
    public void After_kill_minus_nine_in_mid_write_every_promised_reading_is_there_once()
    {
        using var folder = new Folder();
        ulong promised = 0;
        foreach (var lines in (int[])[5, 60, 151])
        {
            using var child = Child.Start("timeline", folder.Path);
            var said = Child.KillAfter(child, lines);
            Assert.True(said.Count >= lines);
            promised = ulong.Parse(said[^1], CultureInfo.InvariantCulture);

            using var timeline = Open(folder.Path, flushRows: 100_000);
            var samples = timeline.Read(Sensor, Quantity.AirTemperature, new(0), Instant.Max).Select(reading => reading.Order.Sample).ToArray();
            // One more append may have been committed whose promise was never heard.
            Assert.InRange((ulong)samples.Length, promised, promised + RowsPerAppend);
            Assert.Equal(Enumerable.Range(1, samples.Length).Select(n => (ulong)n), samples);
            Assert.Equal(samples.Length, timeline.BlocksAfter(0).Sum(block => block.Rows.Length));
            Assert.Equal(0, timeline.DamagedBlocks);
        }
    }

    private static Instant At(ulong sample) => new(1_795_392_000_000 + (long)sample * 1000);

    private static SqliteTimeline Open(string folder, int flushRows) =>
        new(new() { Folder = folder, FlushRows = flushRows }, TimeProvider.System, NullLogger<SqliteTimeline>.Instance);
}
