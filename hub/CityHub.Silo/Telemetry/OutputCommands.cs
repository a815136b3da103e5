using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Twins;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Telemetry;

/// <summary>
/// Sees commands to outputs through: written down first, then sent until the node tells the value back, or given up. Commands are QoS 0, so that one
/// was sent says nothing; that the node reports the value is what counts. Takes the wall clock. Thread-safe.
/// </summary>
/// <param name="answerWithin">After this long a command is given up.</param>
public sealed partial class OutputCommands(IRegister register, TimeSpan answerWithin, EventFeed feed, TimeProvider wall, HubMetrics metrics, ILogger<OutputCommands> log) : IOutputCommands
{
    /// <summary>Commands that wait for their answer at most.</summary>
    public const int MostWaiting = 1_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<(SensorId, Quantity), CommandRepeat<OutputCommand>> _waiting = [];
    private readonly Dictionary<(SensorId, Quantity), OutputCommand> _unanswered = [];
    private readonly Queue<OutputCommand> _ended = []; // not written down yet
    private volatile Action<OutputCommand>? _send;
    private bool _away;

    public TimeSpan AnswerWithin => answerWithin;

    /// <summary>The newest command of each output whose answer never came.</summary>
    public IReadOnlyList<OutputCommand> Unanswered
    {
        get { lock (_gate) return [.. _unanswered.Values]; }
    }

    /// <summary>Takes up what stood when the hub was last stopped.</summary>
    /// <param name="ours">Others see to the rest.</param>
    public void Load(Func<OutputCommand, bool> ours)
    {
        lock (_gate)
        {
            foreach (var command in register.StandingCommands().Where(ours))
            {
                if (command.State == OutputCommandState.Waiting) _waiting[Output(command)] = new(command, command.AskedAt, answerWithin);
                else _unanswered[Output(command)] = command;
            }
        }
    }

    public async Task<OutputCommand?> Ask(OutputCommand command, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_waiting.Count >= MostWaiting && !_waiting.ContainsKey(Output(command))) return null;
        }
        var standing = await register.KeepCommand(command).WaitAsync(cancel);
        if (!ReferenceEquals(standing, command)) return standing;
        var now = Now;
        lock (_gate)
        {
            if (_waiting.Remove(Output(command), out var before)) End(before.Command, OutputCommandState.Superseded, now);
            _waiting[Output(command)] = new(command, command.AskedAt, answerWithin);
        }
        Asked(command.Sensor, command.Output, command.On, command.By);
        feed.Tell(now, "command.asked", command.Sensor.Value);
        Look(); // the first time at once
        return command;
    }

    public IReadOnlyList<OutputCommand> List(SensorId sensor, int limit) => register.Commands(sensor, limit);

    /// <summary>A node has told the value back, be it late.</summary>
    public void Heard(OutputCommand command)
    {
        var now = Now;
        lock (_gate)
        {
            if (_waiting.GetValueOrDefault(Output(command))?.Command.Id == command.Id) _waiting.Remove(Output(command));
            else if (_unanswered.GetValueOrDefault(Output(command))?.Id != command.Id) return; // another took its place
            _unanswered.Remove(Output(command));
            End(command, OutputCommandState.Answered, now);
        }
        Answered(command.Sensor, command.Output, command.On);
        feed.Tell(now, "command.answered", command.Sensor.Value);
    }

    /// <summary>Sends what is due, gives up what is over, writes down what has ended, until cancelled.</summary>
    /// <param name="send">Hands a command to its node, if that can be reached just now.</param>
    public async Task Run(Action<OutputCommand> send, CancellationToken stopping)
    {
        _send = send;
        using var timer = new PeriodicTimer(LookEvery, wall);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            Look();
            await WriteDown();
        }
    }

    private void Look()
    {
        if (_send is not { } send) return;
        var now = Now;
        var due = new List<OutputCommand>();
        var over = new List<OutputCommand>();
        lock (_gate)
        {
            foreach (var (output, repeat) in _waiting)
            {
                var step = repeat.Look(now);
                if (step == RepeatStep.Send)
                {
                    _waiting[output] = repeat.Sent(now); // allowed while enumerating: the key is there
                    due.Add(repeat.Command);
                }
                else if (step == RepeatStep.GiveUp) over.Add(repeat.Command);
            }
            foreach (var command in over)
            {
                _waiting.Remove(Output(command));
                _unanswered[Output(command)] = command;
                End(command, OutputCommandState.Unanswered, now);
            }
        }
        foreach (var command in due) send(command);
        foreach (var command in over)
        {
            GivenUp(command.Sensor, command.Output, command.On, answerWithin);
            feed.Tell(now, "command.unanswered", command.Sensor.Value);
        }
    }

    /// <summary>Within the gate.</summary>
    private void End(OutputCommand command, OutputCommandState state, Instant at)
    {
        _ended.Enqueue(command with { State = state, EndedAt = at });
        metrics.OutputCommands.Add(1, new KeyValuePair<string, object?>("outcome", state.ToString().ToLowerInvariant()));
    }

    private async Task WriteDown()
    {
        while (true)
        {
            OutputCommand? ended;
            lock (_gate)
            {
                if (!_ended.TryPeek(out ended)) return;
            }
            try
            {
                await register.EndCommand(ended.Id, ended.State, ended.EndedAt!.Value);
                _away = false;
            }
            catch (RegisterUnavailableException away)
            {
                if (!_away) NotWritten(away.Message);
                _away = true;
                return; // it stays at the head
            }
            lock (_gate) _ended.Dequeue();
        }
    }

    private Instant Now => Instant.From(wall.GetUtcNow());

    private static (SensorId, Quantity) Output(OutputCommand command) => (command.Sensor, command.Output);

    [LoggerMessage(LogLevel.Information, "{Output} of {Sensor} is to be switched (on: {On}), by {By}")]
    private partial void Asked(SensorId sensor, Quantity output, bool on, string by);

    [LoggerMessage(LogLevel.Information, "{Output} of {Sensor} is switched (on: {On}): its node says so")]
    private partial void Answered(SensorId sensor, Quantity output, bool on);

    [LoggerMessage(LogLevel.Error, "{Output} of {Sensor} did not say within {Limit} that it is switched (on: {On}); nobody knows what it does")]
    private partial void GivenUp(SensorId sensor, Quantity output, bool on, TimeSpan limit);

    [LoggerMessage(LogLevel.Error, "What became of commands cannot be written down: {Cause}. It is tried again.")]
    private partial void NotWritten(string cause);
}
