using Microsoft.Extensions.Logging;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Watch.Desk;

/// <summary>The desk file: read at the start, and again when it changes. One with anything wrong in it is refused whole, and the policy in force stays.</summary>
public sealed partial class DeskFile(string path, ILogger<DeskFile> log)
{
    private const long LimitBytes = 1 << 20;

    private volatile IReadOnlyList<RuleError> _errors = [];
    private string? _seen;

    /// <summary>What is wrong with the file as it is now; empty: it is in force.</summary>
    public IReadOnlyList<RuleError> Errors => _errors;

    /// <summary>The policy at the start.</summary>
    /// <exception cref="BadRulesException">It is wrong, and there is nothing before it to go on with.</exception>
    public DeskPolicy Start()
    {
        var policy = Look() ?? DeskPolicy.Empty;
        return _errors.Count == 0 ? policy : throw new BadRulesException(_errors);
    }

    /// <summary>The policy that comes into force, or null: nothing has changed, or it was refused.</summary>
    public DeskPolicy? Look()
    {
        string text;
        try
        {
            text = !File.Exists(path) ? "" : new FileInfo(path).Length <= LimitBytes ? File.ReadAllText(path) : throw new IOException($"longer than {LimitBytes} bytes");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            if (_errors.Count == 0) Refused(1, unreadable.Message);
            _errors = [new(Path.GetFileName(path), 0, unreadable.Message)];
            return null;
        }
        if (text == _seen) return null;
        _seen = text;
        if (text.Trim().Length == 0)
        {
            _errors = [];
            return DeskPolicy.Empty;
        }
        var policy = DeskParser.Parse(new(Path.GetFileName(path), text), out var errors);
        _errors = errors;
        if (policy is null) Refused(errors.Count, string.Join("; ", errors));
        else InForce(path);
        return policy;
    }

    [LoggerMessage(LogLevel.Information, "The desk goes by {File}")]
    private partial void InForce(string file);

    [LoggerMessage(LogLevel.Error, "The desk file is refused, {Count} errors: {Errors}. What was in force stays.")]
    private partial void Refused(int count, string errors);
}
