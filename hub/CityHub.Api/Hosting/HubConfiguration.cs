using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;

namespace CityHub.Api.Hosting;

/// <summary>Where settings come from (a file, the environment, the command line; the later wins) and everything that is wrong with them, at once.</summary>
internal static class HubConfiguration
{
    public const string EnvironmentPrefix = "CITYHUB_";

    /// <summary>Builds the sources; <paramref name="errors"/> says what cannot be read of them.</summary>
    public static IConfigurationRoot Read(string[] args, out IReadOnlyList<string> errors)
    {
        var wrong = new List<string>();
        var (file, settings) = Arguments(args, wrong);
        var sources = new ConfigurationBuilder();
        if (file is not null) sources.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        sources.AddEnvironmentVariables(EnvironmentPrefix).AddCommandLine(settings);
        errors = wrong;
        try
        {
            return sources.Build();
        }
        catch (Exception fault) when (fault is FileNotFoundException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            wrong.Add($"--config {file}: {fault.InnerException?.Message ?? fault.Message}");
            return new ConfigurationBuilder().Build();
        }
    }

    /// <summary>
    /// Every error of every options class that was registered with a validator, each with its key and source. The section of <c>MqttOptions</c>
    /// is <c>Mqtt</c>, unless it names another in a constant <c>Section</c>. Sections and keys that nobody owns are errors: a misspelt setting must not pass as one that was left out.
    /// </summary>
    public static IReadOnlyList<string> Check(IServiceCollection services, IConfigurationRoot settings)
    {
        var errors = new List<string>();
        var owned = services.Where(s => s.ServiceType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(s => s.ServiceType.GetGenericArguments()[0])
            .Where(t => t.Namespace?.StartsWith("CityHub", StringComparison.Ordinal) == true)
            .Distinct().ToDictionary(Section, StringComparer.OrdinalIgnoreCase);
        foreach (var section in settings.GetChildren())
        {
            if (section.Key.Equals("Logging", StringComparison.OrdinalIgnoreCase)) continue;
            if (!owned.ContainsKey(section.Key)) errors.Add($"{Where(settings, section)}: no such section; there are {string.Join(", ", owned.Keys.Append("Logging").Order(StringComparer.Ordinal))}");
        }
        var sections = owned.OrderBy(o => o.Key, StringComparer.Ordinal).ToArray();
        var unbindable = new List<string>();
        var found = sections.ToDictionary(s => s.Key, s => CheckKeys(settings, settings.GetSection(s.Key), s.Value, unbindable));
        // What cannot be bound is named already; without it the rest can be, and its validators speak of it at the same time.
        var bindable = new ConfigurationBuilder().AddInMemoryCollection(settings.AsEnumerable()
            .Where(s => s.Value is not null && !unbindable.Any(path => s.Key.Equals(path, StringComparison.OrdinalIgnoreCase) || s.Key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase)))).Build();
        // Validators may need nothing but themselves, so that they can speak before anything starts.
        using var provider = new ServiceCollection().AddSingleton<IConfiguration>(bindable).Add(services.Where(s => IsOptions(s.ServiceType))).BuildServiceProvider();
        foreach (var (name, type) in sections)
        {
            errors.AddRange(found[name]);
            Validate(provider, settings, name, type, errors);
        }
        return errors;
    }

    private static (string? File, string[] Settings) Arguments(string[] args, List<string> errors)
    {
        string? file = null;
        var settings = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            if (!name.StartsWith("--", StringComparison.Ordinal) || name.Length == 2)
            {
                errors.Add($"'{name}': arguments are --config FILE and --Section:Key=value");
                continue;
            }
            value ??= i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : null;
            if (value is null) errors.Add($"{name}: has no value");
            else if (name == "--config") file = value;
            else settings.Add($"{name}={value}");
        }
        return (file, [.. settings]);
    }

    /// <param name="unbindable">Gets the paths that must not be bound: their errors are in what is returned.</param>
    private static List<string> CheckKeys(IConfigurationRoot root, IConfigurationSection section, Type type, List<string> unbindable)
    {
        var errors = new List<string>();
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite || IsList(p.PropertyType)).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (Error(child) is not { } error) continue;
            errors.Add($"{Where(root, child)}: {error}");
            unbindable.Add(child.Path);
        }
        return errors;

        string? Error(IConfigurationSection child)
        {
            if (!properties.TryGetValue(child.Key, out var property)) return $"no such setting; {section.Path} has {string.Join(", ", properties.Keys.Order(StringComparer.Ordinal))}";
            if (IsList(property.PropertyType)) return child.Value is null ? null : $"is a list: {child.Path}:0, {child.Path}:1, …";
            var expected = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            return child.Value is { } text && !Converts(text, expected) ? $"'{text}' is not {Word(expected)}" : null;
        }
    }

    private static bool Converts(string text, Type type)
    {
        if (type == typeof(TimeSpan)) return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _);
        if (type == typeof(bool)) return bool.TryParse(text, out _);
        if (type.IsEnum) return Enum.TryParse(type, text, ignoreCase: true, out var named) && Enum.IsDefined(type, named!);
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        if (type == typeof(long)) return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        if (type == typeof(double)) return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        return true;
    }

    private static string Word(Type type) =>
        type == typeof(TimeSpan) ? "a time span as in 00:00:30" : type == typeof(bool) ? "true or false"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type)) : "a number that fits";

    private static void Validate(IServiceProvider provider, IConfigurationRoot settings, string name, Type type, List<string> errors)
    {
        try
        {
            var options = provider.GetService(typeof(IOptions<>).MakeGenericType(type));
            if (options is not null) _ = options.GetType().GetProperty("Value")!.GetValue(options);
        }
        catch (TargetInvocationException outer) when (outer.InnerException is OptionsValidationException invalid)
        {
            foreach (var failure in invalid.Failures) errors.Add(Named(settings, failure, name, type));
        }
        catch (TargetInvocationException outer) when (outer.InnerException is InvalidOperationException unreadable)
        {
            errors.Add($"{name}: {unreadable.Message}");
        }
    }

    /// <summary>Validators speak of <c>ApiOptions.Listen</c>; whoever wrote the setting knows it as <c>Api:Listen</c>.</summary>
    private static string Named(IConfigurationRoot settings, string failure, string name, Type type)
    {
        foreach (var property in type.GetProperties())
        {
            if (!failure.Contains($"{type.Name}.{property.Name} ", StringComparison.Ordinal) && !failure.StartsWith(property.Name + ":", StringComparison.Ordinal)) continue;
            var text = failure.StartsWith(property.Name + ": ", StringComparison.Ordinal) ? failure[(property.Name.Length + 2)..] : failure;
            var key = $"{name}:{property.Name}";
            return $"{Where(settings, settings.GetSection(key))}: {text.Replace($"{type.Name}.{property.Name}", key, StringComparison.Ordinal)}";
        }
        return $"{name}: {failure}";
    }

    /// <summary>A key, and in which source it stands.</summary>
    private static string Where(IConfigurationRoot root, IConfigurationSection at)
    {
        var provider = root.Providers.LastOrDefault(p => p.TryGet(at.Path, out _) || p.GetChildKeys([], at.Path).Any());
        return provider switch
        {
            JsonConfigurationProvider file => $"{at.Path} ({file.Source.Path})",
            EnvironmentVariablesConfigurationProvider => $"{at.Path} (environment, {EnvironmentPrefix}{at.Path.Replace(":", "__", StringComparison.Ordinal)})",
            CommandLineConfigurationProvider => $"{at.Path} (command line)",
            _ => at.Path,
        };
    }

    private static bool IsList(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    private static string Section(Type options) => options.GetField("Section")?.GetRawConstantValue() as string ??
        (options.Name.EndsWith("Options", StringComparison.Ordinal) ? options.Name[..^"Options".Length] : options.Name);

    private static bool IsOptions(Type service) =>
        service.IsGenericType && service.Namespace == "Microsoft.Extensions.Options";

    private static IServiceCollection Add(this IServiceCollection to, IEnumerable<ServiceDescriptor> some)
    {
        foreach (var descriptor in some) to.Add(descriptor);
        return to;
    }
}
