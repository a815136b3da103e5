using CsCheck;
using SmartCity.Readings;

namespace SmartCity.Telemetry;

public class LedgerCodecs
{
    private static readonly Gen<SampleRun> Run =
        Gen.Select(Gen.ULong[0, ReadingOrder.MaxSample], Gen.Int[0, 2], Gen.Byte[1, 255], (sample, clock, metrics) => new SampleRun(ReadingOrder.Of(3, sample), (ClockTrust)clock, metrics));

    [Fact]
    public void A_position_comes_back_as_it_was() =>
        Gen.Select(Gen.Int[0, 3], Gen.ULong[1, ulong.MaxValue], Run.Array[0, 30]).Sample((lane, batch, runs) =>
        {
            var sorted = runs.OrderBy(run => run.Order).ToArray();
            Assert.True(LedgerCodec.TryDecode(LedgerCodec.Encode(new BatchPosition(new((Lane)lane, batch), sorted)), out BatchPosition? back));
            Assert.Equal(new((Lane)lane, batch), back.Position);
            Assert.Equal(sorted, back.Samples);
        });

    [Fact]
    public void A_declaration_comes_back_as_it_was() =>
        Gen.Select(Gen.ULong, Gen.UInt[0, ReadingOrder.MaxBoot], Gen.Select(Gen.ULong[1, long.MaxValue], Gen.ULong[0, 1000]).Array[4]).Sample((id, boot, lanes) =>
        {
            var value = new OutboxDeclaration(new(id), boot, [.. lanes.Select(lane => new LaneExtent(lane.Item1, lane.Item1 + lane.Item2))]);
            Assert.True(LedgerCodec.TryDecode(LedgerCodec.Encode(value), out OutboxDeclaration? back));
            Assert.Equal((value.Outbox, value.Boot), (back.Outbox, back.Boot));
            Assert.Equal(value.Lanes, back.Lanes);
        });

    [Fact]
    public void An_answer_comes_back_as_it_was() =>
        Gen.Int[1, 200].HashSet[0, 60].Sample(batches =>
        {
            var ledger = new NodeLedger();
            ledger.Declare(new(new(9), 1, [new(1, 1), new(1, 1), new(1, 1), new(1, 1)]));
            foreach (var batch in batches) ledger.Account(new((Lane)(batch & 3), (ulong)batch));
            var answer = ledger.Answer()!;
            Assert.True(LedgerCodec.TryDecode(LedgerCodec.Encode(answer), out LedgerAnswer? back));
            Assert.Equal(answer.Outbox, back.Outbox);
            Assert.Equal(answer.Lanes.Select(Text), back.Lanes.Select(Text));
        });

    [Fact]
    public void Bytes_of_any_kind_are_read_or_refused_and_never_throw() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Bool).Sample((bytes, rightVersion) =>
        {
            if (rightVersion && bytes.Length > 0) bytes[0] = 1;
            LedgerCodec.TryDecode(bytes, out BatchPosition? _);
            LedgerCodec.TryDecode(bytes, out OutboxDeclaration? _);
            LedgerCodec.TryDecode(bytes, out LedgerAnswer? _);
            LedgerCodec.TryPeekLane(bytes, out _);
        }, iter: 20_000);

    [Fact]
    public void What_is_cut_short_or_too_long_is_refused()
    {
        var bytes = LedgerCodec.Encode(new BatchPosition(new(Lane.Raw, 300), [new(ReadingOrder.Of(1, 5), ClockTrust.Synced, 3)]));
        for (var length = 0; length < bytes.Length; length++) Assert.False(LedgerCodec.TryDecode(bytes.AsSpan(0, length), out BatchPosition? _));
        Assert.False(LedgerCodec.TryDecode([.. bytes, 0], out BatchPosition? _));
    }

    [Fact]
    public void A_batch_of_no_samples_is_a_position_all_the_same()
    {
        Assert.True(LedgerCodec.TryDecode(LedgerCodec.Encode(new BatchPosition(new(Lane.Alert, 1), [])), out BatchPosition? back));
        Assert.Empty(back.Samples);
    }

    private static string Text(LaneAnswer lane) => $"{lane.Lane} {lane.Through} {string.Join(' ', lane.Above)}";
}
