using CityHub.Silo.Register;
using Microsoft.Extensions.Logging;
using SmartCity.Watch;

namespace CityHub.Silo.Watch;

/// <summary>The rule files cannot be used, and there are no rules in force to go on with. One line an error.</summary>
public sealed class BadRulesException(IReadOnlyList<RuleError> errors) : IOException("The rules are wrong:\n" + string.Join('\n', errors.Select(error => "  " + error)))
{
    public IReadOnlyList<RuleError> Errors => errors;
}

/// <summary>
/// The rule files are the source of the rules: read at the start, and again when they change. A folder with anything wrong in it is refused
/// whole, and the set in force stays. Takes the wall clock, and the city clock for when a set came into force.
/// </summary>
public sealed partial class RuleFiles(RulesOptions options, IRegister register, TimeProvider wall, CityClock city, HubMetrics metrics, ILogger<RuleFiles> log)
{
    private const long FileLimitBytes = 1 << 20;
    private const string InstalledBy = "file";

    private volatile RuleSet _current = RuleSet.Empty;
    private volatile IReadOnlyDictionary<string, string> _districts = new Dictionary<string, string>();
    private volatile IReadOnlyList<RuleError> _errors = [];
    private string _refused = "";
    private bool _registerAway;

    /// <summary>The rules in force.</summary>
    public RuleSet Current => _current;

    /// <summary>District ids and the names that people know them by.</summary>
    public IReadOnlyDictionary<string, string> Districts => _districts;

    /// <summary>What is wrong with the files as they are now; empty: they are the rules in force.</summary>
    public IReadOnlyList<RuleError> Errors => _errors;

    /// <summary>Reads the files; what is wrong with them matters less than going on, if rules were in force before.</summary>
    /// <exception cref="BadRulesException">They are wrong, and none were.</exception>
    public async Task<RuleSet> Start()
    {
        if (await Look() is { } fresh) return fresh;
        if (register.RulesInForce() is not { } kept) throw new BadRulesException(_errors);
        var folder = RuleParser.Parse(RuleParser.Split(kept.Source), out var stale);
        if (folder is null) throw new BadRulesException([.. _errors, .. stale]);
        _districts = folder.Districts;
        return _current = folder.As(kept.Version);
    }

    /// <summary>Looks at the files until cancelled.</summary>
    public async Task Run(Action<RuleSet> use, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.LookEvery, wall);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (await Look() is { } changed) use(changed);
        }
    }

    /// <summary>The set that comes into force, or null: nothing has changed, or it was refused.</summary>
    private async Task<RuleSet?> Look()
    {
        var sources = Read(out var unreadable);
        var hash = RuleParser.HashOf(sources) + string.Concat(unreadable);
        if (_current.Version > 0 && hash == _current.Hash)
        {
            if (_errors.Count > 0) Corrected();
            (_errors, _refused) = ([], "");
            return null;
        }
        if (hash == _refused) return null;
        var folder = RuleParser.Parse(sources, out var errors);
        if (unreadable.Count > 0 || folder is null)
        {
            RuleError[] wrong = [.. unreadable, .. errors];
            metrics.RuleLoads.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
            Refused(wrong.Length, string.Join("; ", (IEnumerable<RuleError>)wrong), _current.Version);
            (_errors, _refused) = (wrong, hash); // after it was said: whoever sees the errors finds them in the log
            return null;
        }
        return await Install(folder, RuleParser.Join(sources));
    }

    private async Task<RuleSet?> Install(RuleFolder folder, string source)
    {
        int version;
        try
        {
            version = await register.InstallRules(folder.Hash, source, InstalledBy, city.Now);
        }
        catch (RegisterUnavailableException away) when (_current.Version > 0)
        {
            if (!_registerAway) NotInstalled(away.Message);
            _registerAway = true;
            return null; // the next look tries again
        }
        (_errors, _refused, _registerAway) = ([], "", false);
        _districts = folder.Districts;
        metrics.RuleLoads.Add(1, new KeyValuePair<string, object?>("outcome", "installed"));
        InForce(folder.Rules.Count, version, folder.Hash[..12]);
        return _current = folder.As(version);
    }

    private List<RuleSource> Read(out List<RuleError> errors)
    {
        errors = [];
        var sources = new List<RuleSource>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(options.Directory, "*.yaml").Order(StringComparer.Ordinal))
            {
                var file = Path.GetFileName(path);
                if (new FileInfo(path).Length > FileLimitBytes) errors.Add(new(file, 0, $"longer than {FileLimitBytes} bytes"));
                else sources.Add(new(file, File.ReadAllText(path)));
            }
            if (sources.Count == 0 && errors.Count == 0) errors.Add(new(options.Directory, 0, "no *.yaml file here; an empty set of rules is a file with 'rules: []'"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(options.Directory, 0, unreadable is DirectoryNotFoundException ? "no such folder (Rules:Directory)" : unreadable.Message));
        }
        return sources;
    }

    [LoggerMessage(LogLevel.Information, "{Rules} rules in force, version {Version}, hash {Hash}")]
    private partial void InForce(int rules, int version, string hash);

    [LoggerMessage(LogLevel.Error, "Rule files refused, {Count} errors: {Errors}. Version {Version} stays in force.")]
    private partial void Refused(int count, string errors, int version);

    [LoggerMessage(LogLevel.Information, "The rule files are again those in force")]
    private partial void Corrected();

    [LoggerMessage(LogLevel.Error, "Changed rules cannot be put in force: {Cause}. They are tried again.")]
    private partial void NotInstalled(string cause);
}
