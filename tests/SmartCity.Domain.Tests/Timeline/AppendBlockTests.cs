using CsCheck;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace SmartCity.Domain.Tests.Timeline;

public class AppendBlockTests
{
    private static readonly Gen<(int Series, PackedReading Reading)[]> Rows =
        Gen.Select(Gen.OneOf(Gen.Int[1, 50], Gen.Int[0, int.MaxValue]), Samples.Any).Array[0, 100];

    [Fact]
    public void Rows_and_marks_are_read_back_to_the_bit() =>
        Gen.Select(Rows, Gen.Select(Gen.Int[1, 9999], Gen.ULong, Gen.Byte, Gen.ULong).Array[0, 5]).Sample((rows, marks) =>
        {
            var writer = new AppendBlockWriter();
            writer.Add(1, default, 0); // a writer is used again and again: nothing of the block before may show
            writer.Clear();
            foreach (var (series, reading) in rows) writer.Add(series, reading, 1);
            foreach (var (node, outbox, lane, batch) in marks) writer.Mark(node, outbox, lane, batch, 0, rows.Length);
            var block = writer.Finish().ToArray();

            Assert.True(AppendBlockReader.TryOpen(block, out var reader));
            Assert.Equal((rows.Length, marks.Length), (reader.Rows, reader.Marks));
            var read = new List<PackedReading>();
            foreach (var row in rows)
            {
                Assert.True(reader.NextRow(out var series, out var reading));
                Assert.Equal(row.Series, series);
                read.Add(reading);
            }
            Samples.AssertSame(Array.ConvertAll(rows, row => row.Reading), read);
            Assert.False(reader.NextRow(out _, out _));
            foreach (var (node, outbox, lane, batch) in marks)
            {
                Assert.True(reader.NextMark(out var mark));
                Assert.Equal((node, outbox, lane, batch, 0, rows.Length), mark);
            }
            Assert.False(reader.NextMark(out _));
        });

    [Fact]
    public void A_reading_comes_back_as_it_was_measured_or_failed() =>
        Gen.Select(Gen.OneOf(Enum.GetValues<Quantity>()), Samples.Value, Gen.OneOf(Enum.GetValues<ClockTrust>()),
            Gen.OneOf(Quality.Good, Quality.Suspect, Quality.Fail), Gen.Bool).Sample((quantity, value, clock, quality, failed) =>
        {
            var order = ReadingOrder.Of(2, 3);
            var reading = failed
                ? Reading.Failed(quantity, new(4), order, ReadFault.BadChecksum, clock)
                : Reading.Measured(quantity, new(4), order, value, clock, quality);
            Assert.Equal(reading, PackedReading.Of(reading).ToReading(quantity));
        });

    [Fact]
    public void A_block_with_any_one_bit_turned_is_refused() =>
        Gen.Select(Rows, Gen.Int[0, 1_000_000]).Sample((rows, place) =>
        {
            var writer = new AppendBlockWriter();
            foreach (var (series, reading) in rows) writer.Add(series, reading, 1);
            var block = writer.Finish().ToArray();
            var bit = place % (block.Length * 8);
            block[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(AppendBlockReader.TryOpen(block, out _));
        });

    [Fact]
    public void Nonsense_under_a_right_check_sum_ends_the_rows_but_throws_nothing() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            var w = new VarintWriter();
            w.Byte(1);
            w.Bytes(bytes);
            Crc32C.Seal(w);
            if (!AppendBlockReader.TryOpen(w.Written, out var reader)) return;
            while (reader.NextRow(out var series, out _)) Assert.True(series >= 0);
            while (reader.NextMark(out var mark)) Assert.True(mark.FirstRow + mark.Rows <= reader.Rows);
        }, iter: 20_000);

    [Fact]
    public void The_rows_of_a_message_take_at_most_seven_bytes_each()
    {
        var writer = new AppendBlockWriter();
        for (var message = 0; message < 100; message++)
        {
            for (var quantity = 0; quantity < 4; quantity++)
            {
                writer.Add(message * 4 + quantity + 1, Reading.Measured(Quantity.AirTemperature, new(1_795_392_000_000 + message * 7),
                    ReadingOrder.Of(3, (ulong)message * 1000), 20 + message / 100.0));
            }
        }
        Assert.InRange(writer.Finish().Length, 400, 400 * 7);
    }
}
