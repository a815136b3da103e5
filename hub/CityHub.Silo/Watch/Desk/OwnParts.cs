using System.Collections.Concurrent;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Twins;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Watch.Desk;

/// <summary>
/// Looks after the hub's own parts and raises their failures by the way that all episodes go. What it says of the register comes when that is back:
/// until then <c>/readyz</c> and the page say it.
/// </summary>
/// <param name="unanswered">Commands to outputs whose answer never came.</param>
/// <param name="silent">Calls to nodes whose answer never came.</param>
/// <param name="answerWithin">How long they were waited for.</param>
/// <param name="silo">Of a cluster: each looks after its own parts, which are named after it, and after those of the groups that it holds. Null: this hub is alone.</param>
public sealed class OwnParts(HubState state, RuleFiles rules, DeskFile desk, Refusals refusals, Func<IReadOnlyList<OutputCommand>> unanswered, Func<IReadOnlyList<NodeCall>> silent, TimeSpan answerWithin, Places places, CityClock city, TimeProvider wall, string? silo = null)
{
    /// <summary>Messages and readings set aside in a minute that make a storm.</summary>
    public const long StormOver = 1_000;

    /// <summary>A wall clock that went apart from the machine's own pace by more than this has jumped.</summary>
    public static readonly TimeSpan JumpOver = TimeSpan.FromSeconds(5);

    private const int NodesLimit = 1_000;
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Shown = TimeSpan.FromMinutes(10);

    private readonly string _hub = silo is null ? "hub" : "hub." + silo;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Rule, string Part), PartWatch> _watches = [];
    private readonly Dictionary<string, (Instant At, long Batches)> _gaps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Rule, string Part), string> _texts = [];
    private (DateTimeOffset Wall, long Stamp) _pace = (wall.GetUtcNow(), wall.GetTimestamp());
    private Instant? _jumpedAt;
    private string _jump = "";
    private long _setAside = -1;
    private long _setAsideInMinute;
    private Instant _minute;

    /// <summary>What was open when the hub was last stopped, or of a group when its owner before was.</summary>
    /// <param name="ours">Whose failures others look after is left to them.</param>
    public void Restore(IEnumerable<Episode> open, Func<Episode, bool> ours)
    {
        lock (_gate)
        {
            foreach (var episode in open.Where(one => one.RuleVersion == 0 && one.Rule.StartsWith(PartWatch.Prefix, StringComparison.Ordinal) && ours(one)))
            {
                _watches[(episode.Rule, episode.Sensor.Value)] = Watch(episode.Rule, episode.Sensor.Value, episode.Severity, TimeSpan.Zero, Minute) with { Open = episode.Id };
                _texts[(episode.Rule, episode.Sensor.Value)] = episode.Message;
            }
        }
    }

    /// <summary>Whether a failure is this hub's to look after from its start on.</summary>
    public bool IsOfThisHub(Episode episode) => silo is null || episode.Sensor.Value.StartsWith(_hub + ".", StringComparison.Ordinal);

    /// <summary>Whether a failure is of a node or an output of a group: whoever holds the group looks after it.</summary>
    public bool IsOfGroup(SensorId part, string group) => part.Value.StartsWith($"node.{group}/", StringComparison.Ordinal) || places.DeviceOf(part)?.Node.Group == group;

    /// <summary>A group is another's to look after from now on.</summary>
    public void Leave(string group)
    {
        lock (_gate)
        {
            foreach (var key in _watches.Keys.Where(key => IsOfGroup(new(key.Part), group)).ToArray()) _watches.Remove(key);
        }
    }

    /// <summary>One look at everything. Called about once a second, from one place.</summary>
    public List<EpisodeEvent> Look()
    {
        lock (_gate) return Looked(city.Now);
    }

    private List<EpisodeEvent> Looked(Instant now)
    {
        var found = new List<EpisodeEvent>();
        var failed = new HashSet<(string, string)>();
        foreach (var (rule, part, severity, after, text) in Failures(now))
        {
            failed.Add((rule, part));
            _texts[(rule, part)] = text;
            if (!_watches.ContainsKey((rule, part))) _watches.Add((rule, part), Watch(rule, part, severity, after, Minute));
        }
        foreach (var key in _watches.Keys.ToArray())
        {
            var (next, happened) = _watches[key].Look(failed.Contains(key), now);
            if (happened is not null) found.Add(happened);
            _watches[key] = next;
            if (next.Open is null && !failed.Contains(key)) _watches.Remove(key);
        }
        return found;
    }

    public EpisodeContext Context(EpisodeEvent of) =>
        new(places.DistrictOf(of.Sensor), PartWatch.Department, _texts.GetValueOrDefault((of.Rule, of.Sensor.Value), of.Rule)) { Category = "Infra" };

    private IEnumerable<(string Rule, string Part, Severity Severity, TimeSpan After, string Text)> Failures(Instant now)
    {
        foreach (var (part, why) in state.NotReady())
        {
            if (part.StartsWith("mqtt ", StringComparison.Ordinal)) yield return ("hub-broker-away", _hub + "." + part.Replace(' ', '.'), Severity.Critical, Lasting, $"No broker for {part[5..]}: {why}. Nothing is heard; nodes keep their readings.");
            else if (part.StartsWith("group ", StringComparison.Ordinal)) yield return ("hub-group-unheld", _hub + "." + part.Replace(' ', '.'), Severity.Critical, Lasting, $"No silo takes the readings of {part}: {why}. Nodes keep them.");
            else if (part == "timeline") yield return ("hub-timeline-away", _hub + ".timeline", Severity.Critical, Lasting, $"Readings cannot be stored: {why}. Nodes keep what is not stored.");
            else if (part == "register") yield return ("hub-register-away", _hub + ".register", Severity.Critical, Lasting, $"Alerts could not be written: {why}.");
        }
        if (rules.Errors is { Count: > 0 } wrong) yield return ("hub-rules-refused", _hub + ".rules", Severity.Major, TimeSpan.Zero, $"Changed rules are refused, the earlier ones stay: {wrong[0]}{More(wrong.Count)}");
        if (desk.Errors is { Count: > 0 } bad) yield return ("hub-desk-refused", _hub + ".desk", Severity.Major, TimeSpan.Zero, $"The changed desk file is refused, the earlier one stays: {bad[0]}{More(bad.Count)}");
        if (Jump(now)) yield return ("hub-clock-jump", _hub + ".clock", Severity.Major, TimeSpan.Zero, _jump);
        if (SetAsideStorm(now) is { } count) yield return ("hub-set-aside", _hub + ".set-aside", Severity.Major, TimeSpan.Zero, $"{count} messages or readings were set aside within a minute; /metrics says why (cityhub_set_aside_total).");
        foreach (var command in unanswered())
        {
            yield return ("hub-command-unanswered", command.Sensor.Value, Severity.Major, TimeSpan.Zero,
                $"Nobody knows whether the {QuantityCatalogue.Of(command.Output).Name} is {(command.On ? "on" : "off")}: {command.By}'s command of {command.AskedAt} was not answered within {answerWithin.TotalSeconds:0} s.");
        }
        foreach (var call in silent())
        {
            yield return ("hub-node-unanswered", "node." + call.Node, Severity.Major, TimeSpan.Zero,
                $"Nobody knows what node {call.Node} made of {call.By}'s call of {call.AskedAt}: it did not answer within {answerWithin.TotalSeconds:0} s.");
        }
        while (refusals.TryTakeLost(out var lost))
        {
            if (_gaps.Count < NodesLimit || _gaps.ContainsKey(lost.Node)) _gaps[lost.Node] = (now, _gaps.GetValueOrDefault(lost.Node).Batches + lost.Batches);
        }
        foreach (var (node, gap) in _gaps.ToArray())
        {
            if (now - gap.At < Shown) yield return ("hub-ledger-gap", "node." + node, Severity.Minor, TimeSpan.Zero, $"{gap.Batches} batches of node {node} are lost: its card no longer has them, and they never came.");
            else _gaps.Remove(node);
        }
    }

    private static string More(int count) => count == 1 ? "" : $" (and {count - 1} more)";

    private bool Jump(Instant now)
    {
        if (city.Kind == CityClockKind.Data) return false;   // that clock follows the data, and jumps as they do
        var (wallBefore, stampBefore) = _pace;
        _pace = (wall.GetUtcNow(), wall.GetTimestamp());
        var apart = _pace.Wall - wallBefore - wall.GetElapsedTime(stampBefore, _pace.Stamp);
        if (apart.Duration() > JumpOver) (_jumpedAt, _jump) = (now, $"The hub's clock jumped by {apart.TotalSeconds:+0;-0} s. Stamps and lateness near it are doubtful.");
        return _jumpedAt is { } at && (now - at).Duration() < Shown;
    }

    private long? SetAsideStorm(Instant now)
    {
        var total = refusals.Total;
        if (_setAside < 0 || now - _minute >= Minute || now < _minute)
        {
            _setAsideInMinute = _setAside < 0 ? 0 : total - _setAside;
            (_setAside, _minute) = (total, now);
        }
        var count = Math.Max(_setAsideInMinute, total - _setAside);
        return count > StormOver ? count : null;
    }

    private static PartWatch Watch(string rule, string part, Severity severity, TimeSpan after, TimeSpan clear) => new(rule, new(part), severity, after, clear);
}
