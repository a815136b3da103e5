using CsCheck;
using SmartCity.Readings;

namespace SmartCity.Telemetry;

public class SendWindows
{
    private static readonly OutboxId Outbox = new(7);
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void It_starts_with_eight_in_flight_seven_of_them_raw()
    {
        var window = Born(raw: 100);
        Assert.Equal(Positions(Lane.Raw, 1, 7), TakeAll(window, Start));
        window.Extend(Lane.Alert, new(1, 10));
        Assert.Equal(Positions(Lane.Alert, 1, 1), TakeAll(window, Start));
        Assert.Equal(8, window.InFlight);
    }

    [Fact]
    public void Alerts_go_ahead_of_a_raw_backlog()
    {
        var window = Born(raw: 100);
        window.Extend(Lane.Alert, new(1, 3));
        Assert.Equal([.. Positions(Lane.Alert, 1, 2), .. Positions(Lane.Raw, 1, 5)], TakeAll(window, Start));
    }

    [Fact]
    public void The_window_doubles_with_every_answer_that_brings_news_up_to_its_limit()
    {
        var window = Born(raw: 100_000, limit: 4096);
        var widths = new List<int>();
        for (ulong through = 0, last = 0; widths.Count < 11;)
        {
            through = last = TakeAll(window, Start).Last().Batch;
            Assert.Equal(AnswerOutcome.News, window.Take(Answer(through), Start));
            widths.Add(window.Width);
        }
        Assert.Equal([16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4096, 4096], widths);
    }

    [Fact]
    public void An_answer_without_news_changes_nothing()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        Assert.Equal(AnswerOutcome.NoNews, window.Take(Answer(0), Start));
        Assert.Equal(8, window.Width);
    }

    [Fact]
    public void At_exactly_the_timeout_and_not_a_tick_before_answers_have_stopped_and_one_batch_probes()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        window.Tick(Start + SendWindow.FirstTimeout - TimeSpan.FromTicks(1));
        Assert.False(window.IsProbing);
        Assert.Equal(Start + SendWindow.FirstTimeout, window.NextTick);
        window.Tick(Start + SendWindow.FirstTimeout);
        Assert.True(window.IsProbing);
        Assert.Equal(4, window.Width);
        Assert.Equal(Positions(Lane.Raw, 1, 1), TakeAll(window, Start + SendWindow.FirstTimeout));
    }

    [Fact]
    public void Probes_come_at_intervals_that_double_up_to_thirty_seconds()
    {
        var window = Born(raw: 100);
        var now = Start;
        var waits = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            TakeAll(window, now);
            waits.Add((window.NextTick!.Value - now).TotalSeconds);
            window.Tick(now = window.NextTick!.Value);
        }
        Assert.Equal([2, 4, 8, 16, 30, 30, 30], waits);
    }

    [Fact]
    public void One_answer_ends_the_probing_and_what_it_covers_is_not_sent_again()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        var later = Start + SendWindow.FirstTimeout;
        window.Tick(later);
        TakeAll(window, later);
        Assert.Equal(AnswerOutcome.News, window.Take(Answer(3, new BatchRange(5, 6)), later));
        Assert.False(window.IsProbing);
        Assert.Equal(SendWindow.FirstTimeout, window.Timeout);
        Assert.Equal([4ul, 7, 8, 9, 10, 11, 12], TakeAll(window, later).Select(position => position.Batch));
        Assert.Equal(1 + 2, window.Resent); // batch 1 as the probe, then 4 and 7
    }

    [Fact]
    public void A_hole_is_sent_again_while_the_rest_goes_on()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        var soon = Start + TimeSpan.FromSeconds(1);
        window.Take(Answer(2, new BatchRange(4, 7)), soon);
        TakeAll(window, soon);
        window.Take(Answer(2, new BatchRange(4, 20)), soon);
        window.Tick(Start + SendWindow.FirstTimeout);
        Assert.False(window.IsProbing);
        Assert.Equal(16, window.Width);
        Assert.Contains(new(Lane.Raw, 3), TakeAll(window, Start + SendWindow.FirstTimeout).Take(1));
    }

    [Fact]
    public void An_answer_for_another_outbox_is_ignored_by_name()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        Assert.Equal(AnswerOutcome.OtherOutbox, window.Take(Answer(5) with { Outbox = new(8) }, Start));
        Assert.Equal(0ul, window.AnsweredThrough(Lane.Raw));
    }

    [Fact]
    public void An_answer_for_batches_that_were_never_made_is_ignored_by_name()
    {
        var window = Born(raw: 100);
        Assert.Equal(AnswerOutcome.Impossible, window.Take(Answer(101), Start));
        Assert.Equal(AnswerOutcome.Impossible, window.Take(Answer(5, new BatchRange(7, 101)), Start));
        Assert.Equal(AnswerOutcome.NoNews, window.Take(Answer(100), Start));
        Assert.Equal(0ul, window.Backlog(Lane.Raw));
    }

    [Fact]
    public void A_hub_restored_from_an_older_backup_gets_what_it_misses_as_far_as_it_is_kept()
    {
        var window = Born(raw: 100);
        window.Restore(Lane.Raw, 90);
        window.Extend(Lane.Raw, new(41, 101));
        window.Born(Start);
        Assert.Equal(Positions(Lane.Raw, 91, 7), TakeAll(window, Start));
        Assert.Equal(AnswerOutcome.LessThanBefore, window.Take(Answer(30, new BatchRange(91, 97)), Start));
        Assert.True(window.HasGap(Lane.Raw)); // 31 to 40: to be told in a birth
        for (ulong expected = 41; expected < 91;)
        {
            var given = TakeAll(window, Start).Select(position => position.Batch).ToList();
            foreach (var batch in given.Where(batch => batch < 91)) Assert.Equal(expected++, batch);
            Assert.DoesNotContain(given, batch => batch is >= 91 and <= 97);
            window.Take(expected < 91 ? Answer(30, new(41, expected - 1), new(91, 97)) : Answer(30, new BatchRange(41, given.Max())), Start);
        }
    }

    [Fact]
    public void Within_a_session_an_overtaken_answer_takes_nothing_back()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        window.Take(Answer(5), Start);
        Assert.Equal(AnswerOutcome.NoNews, window.Take(Answer(3), Start));
        Assert.Equal(5ul, window.AnsweredThrough(Lane.Raw));
    }

    [Fact]
    public void What_could_not_be_handed_to_the_wire_goes_next()
    {
        var window = Born(raw: 100);
        var first = TakeAll(window, Start)[3];
        window.TakeBack(first);
        Assert.Equal([first], TakeAll(window, Start));
    }

    [Fact]
    public void What_the_outbox_dropped_is_no_longer_sent_nor_waited_for()
    {
        var window = Born(raw: 100);
        TakeAll(window, Start);
        window.Extend(Lane.Raw, new(51, 101));
        Assert.Equal(0, window.InFlight);
        Assert.True(window.HasGap(Lane.Raw));
        Assert.Equal(Positions(Lane.Raw, 51, 7), TakeAll(window, Start));
    }

    [Fact]
    public void Every_batch_is_answered_in_the_end_whatever_is_lost_and_never_are_more_in_flight_than_the_window_allows() =>
        Gen.Select(Gen.UInt, Gen.Int[0, 90], Gen.Int[0, 90], Gen.Int[0, 60], Gen.Int[1, 300]).Sample((seed, lostPercent, lostAnswers, alerts, raw) =>
        {
            var chance = new Random((int)(seed & int.MaxValue));
            var hub = new NodeLedger();
            hub.Declare(new(Outbox, 1, [new(1, 1), new(1, 1), new(1, 1), new(1, 1)]));
            var window = new SendWindow(Outbox, 64);
            window.Extend(Lane.Alert, new(1, (ulong)alerts + 1));
            window.Extend(Lane.Raw, new(1, (ulong)raw + 1));
            var now = Start;
            window.Born(now);
            for (var round = 0; window.AnsweredThrough(Lane.Raw) < (ulong)raw || window.AnsweredThrough(Lane.Alert) < (ulong)alerts; round++)
            {
                Assert.True(round < 100_000, "it does not come to an end");
                while (window.TryNext(now, out var position))
                {
                    Assert.True(window.InFlight <= (window.IsProbing ? 1 : window.Width));
                    if (chance.Next(100) >= lostPercent) hub.Account(position);
                }
                if (chance.Next(100) >= lostAnswers) window.Take(hub.Answer()!, now);
                if (chance.Next(50) == 0) window.Born(now);
                now += TimeSpan.FromMilliseconds(chance.Next(1, 3000));
                window.Tick(now);
            }
            Assert.Equal(0ul, window.Backlog(Lane.Raw) + window.Backlog(Lane.Alert));
        }, iter: 200);

    private static SendWindow Born(ulong raw, int limit = SendWindow.DefaultMaxWidth)
    {
        var window = new SendWindow(Outbox, limit);
        window.Extend(Lane.Raw, new(1, raw + 1));
        window.Born(Start);
        return window;
    }

    private static List<Position> TakeAll(SendWindow window, TimeSpan now)
    {
        var positions = new List<Position>();
        while (window.TryNext(now, out var position)) positions.Add(position);
        return positions;
    }

    private static IEnumerable<Position> Positions(Lane lane, ulong first, int count) =>
        Enumerable.Range(0, count).Select(i => new Position(lane, first + (ulong)i));

    private static LedgerAnswer Answer(ulong through, params BatchRange[] above) => new(Outbox, [new(Lane.Raw, through, above)]);
}
