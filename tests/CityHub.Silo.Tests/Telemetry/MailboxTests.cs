using System.Text;

namespace CityHub.Silo.Telemetry;

public sealed class MailboxTests
{
    private readonly Mailbox _mailbox = new(new IngestBudget(1 << 20));
    private readonly List<Action> _controls = [];
    private List<MailChunk> _chunks = [];

    [Fact]
    public void A_burst_is_taken_whole_at_its_end()
    {
        Post("a", more: true);
        Post("b", more: true);
        _mailbox.EndBurst();
        Assert.Equal(["a", "b"], Take());
    }

    [Fact]
    public void The_end_of_a_burst_without_mail_wakes_nobody()
    {
        _mailbox.EndBurst();
        Post("a", more: true);
        _mailbox.EndBurst();
        Assert.Equal(["a"], Take());
        _mailbox.EndBurst();
        Post("b", more: false); // woken by the end, it would have taken nothing
        Assert.Equal(["b"], Take());
    }

    [Fact]
    public void A_long_burst_is_begun_with_before_its_end()
    {
        var large = new string('x', 40_000);
        Post(large, more: true);
        Post(large, more: true); // the first chunk is full
        Assert.Equal(2, Take().Count);
    }

    [Fact]
    public void Mail_of_no_burst_needs_no_end()
    {
        Post("a", more: false);
        Assert.Equal(["a"], Take());
        Post("b", more: false);
        Assert.Equal(["b"], Take());
    }

    private void Post(string payload, bool more) => _mailbox.Post("t"u8, Encoding.UTF8.GetBytes(payload), 0, MailFlags.None, more);

    private List<string> Take()
    {
        var mail = new List<string>();
        Assert.True(_mailbox.Take(ref _chunks, _controls));
        foreach (var chunk in _chunks)
        {
            while (chunk.Next(out _, out var payload, out _)) mail.Add(Encoding.UTF8.GetString(payload));
            _mailbox.Return(chunk);
        }
        _chunks.Clear();
        return mail;
    }
}
