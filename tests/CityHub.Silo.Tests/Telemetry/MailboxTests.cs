using System.Text;

namespace CityHub.Silo.Telemetry;

/// <summary>When a shard that waits is woken, and what it finds then.</summary>
public sealed class MailboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Mailbox _mailbox = new(new IngestBudget(1 << 20));

    [Fact]
    public void A_burst_is_taken_whole_at_its_end_and_not_before()
    {
        var shard = Waiting();
        Post("a", more: true);
        Post("b", more: true);
        _mailbox.EndBurst();
        Assert.Equal(["a", "b"], shard.Found());
    }

    [Fact]
    public void The_end_of_a_burst_without_mail_wakes_nobody()
    {
        _mailbox.EndBurst();
        var shard = Waiting();
        Post("a", more: false);
        Assert.Equal(["a"], shard.Found());
    }

    [Fact]
    public void A_long_burst_is_begun_with_before_its_end()
    {
        var large = new string('x', 40_000);
        var shard = Waiting();
        Post(large, more: true);
        Post(large, more: true); // the first chunk is full
        Assert.Equal(2, shard.Found().Count);
    }

    [Fact]
    public void Mail_of_no_burst_needs_no_end()
    {
        var shard = Waiting();
        Post("a", more: false);
        Assert.Equal(["a"], shard.Found());
    }

    private void Post(string payload, bool more) => _mailbox.Post("t"u8, Encoding.UTF8.GetBytes(payload), 0, MailFlags.None, more);

    /// <summary>A shard that has looked, found nothing and waits; or has been woken for nothing.</summary>
    private Shard Waiting()
    {
        var shard = new Shard(_mailbox);
        Assert.True(SpinWait.SpinUntil(() => shard.Rests, Patience));
        return shard;
    }

    private sealed class Shard
    {
        private readonly List<string> _mail = [];
        private readonly Thread _thread;

        public Shard(Mailbox mailbox)
        {
            _thread = new(() => Take(mailbox)) { IsBackground = true };
            _thread.Start();
        }

        public bool Rests => (_thread.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0;

        public List<string> Found()
        {
            Assert.True(_thread.Join(Patience), "nobody was woken");
            return _mail;
        }

        private void Take(Mailbox mailbox)
        {
            List<MailChunk> chunks = [];
            mailbox.Take(ref chunks, []);
            foreach (var chunk in chunks)
            {
                while (chunk.Next(out _, out var payload, out _)) _mail.Add(Encoding.UTF8.GetString(payload));
                mailbox.Return(chunk);
            }
        }
    }
}
