using System.Diagnostics.Metrics;

namespace CityHub.Silo.Register;

/// <summary>Counters of the register.</summary>
internal sealed class RegisterMetrics : IDisposable
{
    private readonly Meter _meter = new("CityHub");
    private readonly Counter<long> _writes;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _messages;

    public RegisterMetrics()
    {
        _writes = _meter.CreateCounter<long>("cityhub_register_writes", description: "Writes that were committed");
        _commits = _meter.CreateCounter<long>("cityhub_register_commits", description: "Transactions, each of one or more writes");
        _refused = _meter.CreateCounter<long>("cityhub_register_refused", description: "Writes that were refused, by reason");
        _messages = _meter.CreateCounter<long>("cityhub_register_messages", description: "Webhook messages that were queued");
    }

    public void Commit(int writes)
    {
        _commits.Add(1);
        _writes.Add(writes);
    }

    public void Refuse(string reason, int writes = 1) => _refused.Add(writes, new KeyValuePair<string, object?>("reason", reason));

    public void Queue(int messages) => _messages.Add(messages);

    public void Dispose() => _meter.Dispose();
}
