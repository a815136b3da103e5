using CsCheck;

namespace SmartCity.Telemetry;

public class NodeLedgers
{
    private static readonly Gen<int> Count = Gen.Int[1, 200];

    [Fact]
    public void In_whatever_order_batches_come_everything_is_accounted_for_once() =>
        Gen.Select(Count, Gen.UInt).Sample((count, seed) =>
        {
            var ledger = Declared();
            var order = Enumerable.Range(1, count).ToArray();
            new Random((int)(seed & int.MaxValue)).Shuffle(order);
            foreach (var batch in order)
            {
                Assert.False(ledger.Holds(Raw(batch)));
                Assert.Equal(LedgerVerdict.New, ledger.Account(Raw(batch)));
                Assert.True(ledger.Holds(Raw(batch)));
            }
            foreach (var batch in order) Assert.Equal(LedgerVerdict.Duplicate, ledger.Account(Raw(batch)));
            var lane = Assert.Single(ledger.Answer()!.Lanes);
            Assert.Equal((ulong)count, lane.Through);
            Assert.Empty(lane.Above);
        });

    [Fact]
    public void An_answer_names_exactly_what_is_held_as_far_as_sixteen_ranges_reach() =>
        Gen.Int[1, 60].HashSet[1, 40].Sample(batches =>
        {
            var ledger = Declared();
            foreach (var batch in batches) ledger.Account(Raw(batch));
            var lane = ledger.Answer()!.Lanes.Single();
            var named = Enumerable.Range(1, 60).Where(batch => (ulong)batch <= lane.Through || lane.Above.Any(range => range.First <= (ulong)batch && (ulong)batch <= range.Last));
            var reach = lane.Above.Count < LedgerCodec.MaxRanges ? 60ul : lane.Above[^1].Last;
            Assert.Equal(batches.Where(batch => (ulong)batch <= reach).Order(), named);
        });

    [Fact]
    public void A_checkpoint_brings_the_same_ledger_back() =>
        Gen.Int[1, 300].HashSet[0, 200].Sample(batches =>
        {
            var ledger = Declared();
            foreach (var batch in batches) ledger.Account(new((Lane)(batch % Lanes.Count), (ulong)batch));
            var writer = new VarintWriter();
            ledger.Write(writer);
            var reader = new VarintReader(writer.Written);
            Assert.True(NodeLedger.TryRead(ref reader, out var again));
            Assert.True(reader.AtEnd);
            Assert.Equal(LedgerCodec.Encode(ledger.Answer()!), LedgerCodec.Encode(again.Answer()!));
            Assert.Equal((ledger.Outbox, ledger.Epoch), (again.Outbox, again.Epoch));
        });

    [Fact]
    public void A_checkpoint_of_any_bytes_is_read_or_refused_and_never_throws() =>
        Gen.Byte.Array[0, 100].Sample(bytes =>
        {
            var reader = new VarintReader(bytes);
            NodeLedger.TryRead(ref reader, out _);
        });

    [Fact]
    public void A_batch_that_would_need_one_range_too_many_is_refused_and_taken_once_there_is_room()
    {
        var ledger = Declared();
        for (var i = 1; i <= NodeLedger.MaxRangesPerLane; i++) Assert.Equal(LedgerVerdict.New, ledger.Account(Raw(i * 2)));
        var one = NodeLedger.MaxRangesPerLane * 2 + 2;
        Assert.Equal(LedgerVerdict.TooScattered, ledger.Account(Raw(one)));
        Assert.False(ledger.Holds(Raw(one)));
        Assert.Equal(LedgerVerdict.New, ledger.Account(Raw(1)));
        Assert.Equal(LedgerVerdict.New, ledger.Account(Raw(one)));
    }

    [Fact]
    public void What_is_no_longer_kept_is_a_gap_told_once()
    {
        var ledger = Declared();
        foreach (var batch in (int[])[1, 2, 5, 6, 9]) ledger.Account(Raw(batch));
        var gaps = ledger.Declare(Declaration(oldestRaw: 9)).Gaps;
        Assert.Equal([(Lane.Raw, new BatchRange(3, 4)), (Lane.Raw, new BatchRange(7, 8))], gaps);
        Assert.Equal(9ul, ledger.Answer()!.Lanes.Single().Through);
        Assert.Empty(ledger.Declare(Declaration(oldestRaw: 9)).Gaps);
    }

    [Fact]
    public void Another_outbox_starts_from_nothing_in_a_new_epoch()
    {
        var ledger = Declared();
        ledger.Account(Raw(1));
        var outcome = ledger.Declare(Declaration(outbox: 8));
        Assert.True(outcome.OutboxReplaced);
        Assert.Equal(2u, ledger.Epoch);
        Assert.False(ledger.Holds(Raw(1)));
        Assert.False(ledger.Declare(Declaration(outbox: 8)).OutboxReplaced);
    }

    [Fact]
    public void The_first_outbox_of_a_node_replaces_none() => Assert.False(new NodeLedger().Declare(Declaration()).OutboxReplaced);

    [Fact]
    public void Without_a_declaration_there_is_no_answer() => Assert.Null(new NodeLedger().Answer());

    private static Position Raw(int batch) => new(Lane.Raw, (ulong)batch);

    private static NodeLedger Declared()
    {
        var ledger = new NodeLedger();
        ledger.Declare(Declaration());
        return ledger;
    }

    private static OutboxDeclaration Declaration(ulong oldestRaw = 1, ulong outbox = 7) =>
        new(new(outbox), 1, [new(1, 1), new(1, 1), new(1, 1), new(oldestRaw, oldestRaw)]);
}
