using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using SensorNode.Options;
using SmartCity.Readings;
using SmartCity.Sparkplug;

namespace SensorNode.Readings;

/// <summary>
/// The terms that commands have set, in force at once and kept across restarts: a file beside the outbox, written whole or not at all. What a command
/// asks is taken whole or refused whole, and either is logged with who asked. Takes the wall clock, for the log and the answer. Thread-safe.
/// </summary>
public sealed partial class RemoteTerms
{
    private readonly NodeFile _file;
    private readonly string _path;
    private readonly SampleLoopFaults _faults;
    private readonly TimeProvider _time;
    private readonly ILogger<RemoteTerms> _log;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (DeviceTuning Tuning, string Text)> _terms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SampleLoopDevice> _devices = new(StringComparer.Ordinal);
    private string _by = "nobody", _answer = "";
    private string? _done; // the last command with an id that was taken

    /// <param name="directory">Where they are kept: the outbox's directory.</param>
    public RemoteTerms(NodeFile file, string directory, SampleLoopFaults faults, TimeProvider time, ILogger<RemoteTerms> log)
    {
        (_file, _path, _faults, _time, _log) = (file, Path.Combine(directory, "terms.yaml"), faults, time, log);
        if (!File.Exists(_path)) return;
        var (kept, problems) = TermsReader.Read(File.ReadAllText(_path), file);
        if (kept is null)
        {
            LogKeptRefused(_path, problems[0], problems.Count);
            _answer = $"kept terms do not fit this node's file any more: {problems[0]}";
            return;
        }
        (_by, _done) = (kept.By, kept.Id);
        if (_done is { } done) _answer = $"{done}: taken before the start";
        foreach (var (device, terms) in kept.Devices) _terms[device] = terms;
    }

    /// <summary>What births say.</summary>
    public EdgeTerms Said
    {
        get { lock (_gate) return new(_terms.Count == 0 && _done is null ? "" : Text(), _answer); }
    }

    /// <summary>A device's loop begins: what was set for it is in force from here on.</summary>
    public void Watch(SampleLoopDevice device)
    {
        lock (_gate)
        {
            _devices[device.Name] = device;
            if (_terms.TryGetValue(device.Name, out var terms)) device.Tuning = terms.Tuning;
        }
    }

    /// <summary>Takes or refuses what a command asks; <see cref="Said"/> has the answer.</summary>
    /// <returns>Whether the node is to end.</returns>
    public bool Apply(string text)
    {
        var at = Instant.From(_time.GetUtcNow());
        lock (_gate)
        {
            var (command, problems) = TermsReader.Read(text, _file, out var id);
            var which = id is null ? "" : id + ": ";
            if (command is null)
            {
                LogRefused(problems[0], problems.Count);
                _answer = $"{which}refused at {at}: {string.Join(" | ", problems)}";
                return false;
            }
            if (id is not null && id == _done) return false; // its answer was lost, and is told again
            if ((command.Devices.Count > 0 || id is not null) && !Keep(command))
            {
                _answer = $"{which}refused at {at}: the disk does not take it";
                return false;
            }
            LogTaken(command.By, command.Devices.Count, string.Join(", ", command.Devices.Keys));
            _answer = $"{which}taken at {at} from {command.By}{(command.SelfTest ? $": {SelfTest()}" : "")}{(command.Reboot ? "; ending" : "")}";
            return command.Reboot;
        }
    }

    private bool Keep(TermsCommand command)
    {
        var (terms, by, done) = (_terms.ToList(), _by, _done);
        foreach (var (device, asked) in command.Devices) _terms[device] = asked;
        if (command.Devices.Count > 0) _by = command.By;
        _done = command.Id ?? _done;
        try
        {
            using (var file = new FileStream(_path + ".new", FileMode.Create, FileAccess.Write))
            {
                file.Write(Encoding.UTF8.GetBytes(Text()));
                file.Flush(flushToDisk: true);
            }
            File.Move(_path + ".new", _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(e.Message);
            _terms.Clear();
            foreach (var (device, before) in terms) _terms[device] = before;
            (_by, _done) = (by, done);
            return false;
        }
        foreach (var (device, asked) in command.Devices)
        {
            if (_devices.TryGetValue(device, out var loop)) loop.Tuning = asked.Tuning;
        }
        return true;
    }

    private string Text() => string.Create(CultureInfo.InvariantCulture, $"{{ by: {_by}, {(_done is null ? "" : $"id: {_done}, ")}devices: {{ {string.Join(", ", _terms.Select(device => $"{device.Key}: {device.Value.Text}"))} }} }}");

    private string SelfTest()
    {
        var standing = _faults.Standing();
        return string.Join(", ", _file.Devices.Select(device => $"{device.Name} {(standing.TryGetValue(device.Name, out var fault) ? FaultNames.Of(fault) : "fine")}"));
    }

    [LoggerMessage(LogLevel.Warning, "Terms of {Devices} devices are set by {By}: {Names}")]
    private partial void LogTaken(string by, int devices, string names);

    [LoggerMessage(LogLevel.Warning, "Terms by command are refused: {Problem} ({Problems} in all)")]
    private partial void LogRefused(string problem, int problems);

    [LoggerMessage(LogLevel.Error, "{File} does not fit this node's file any more and is passed over: {Problem} ({Problems} in all)")]
    private partial void LogKeptRefused(string file, string problem, int problems);

    [LoggerMessage(LogLevel.Error, "Terms by command cannot be kept: {Reason}")]
    private partial void LogNotKept(string reason);
}
