using System.Globalization;

namespace SensorNode.Replay;

/// <summary>The command line of a replay.</summary>
/// <param name="Folder">A folder of station files.</param>
/// <param name="Speed">How many seconds of data pass in a second; null: as fast as the hub answers.</param>
/// <param name="Offset">Offset of the files' local time from UTC. Default +01:00.</param>
public sealed record ReplayArguments(string Folder, string BrokerHost, int BrokerPort, double? Speed, TimeSpan Offset)
{
    public const string Usage = """
        SensorNode replay FOLDER --broker HOST:PORT [--speed F|max] [--offset ±hh:mm]

          FOLDER       station files: YYYY-MM/Station.csv
          --speed F    seconds of data in a second, 1 to 10,000,000 (default 36000: an hour in 0.1 s), or max: as fast as the hub answers
          --offset     the files' local time from UTC (default +01:00)
        """;

    /// <summary>Null, with every problem named.</summary>
    public static ReplayArguments? Parse(IReadOnlyList<string> arguments, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        var (folder, host, port, speed, offset) = ("", "127.0.0.1", 1883, (double?)36_000, TimeSpan.FromHours(1));
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                if (folder.Length > 0) found.Add($"one folder is needed; \"{name}\" is a second.");
                folder = name;
                continue;
            }
            if (i + 1 == arguments.Count)
            {
                found.Add($"{name} needs a value.");
                break;
            }
            var value = arguments[++i];
            switch (name)
            {
                case "--broker":
                    var colon = value.LastIndexOf(':');
                    if (colon <= 0 || !int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65_535) found.Add($"--broker: \"{value}\" is not HOST:PORT.");
                    else host = value[..colon];
                    break;
                case "--speed":
                    if (value == "max") speed = null;
                    else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor is >= 1 and <= 10_000_000) speed = factor;
                    else found.Add($"--speed: \"{value}\" is neither max nor a number from 1 to 10,000,000.");
                    break;
                case "--offset":
                    if (value.Length == 6 && value[0] is '+' or '-' && TimeSpan.TryParseExact(value[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var size) && size <= TimeSpan.FromHours(14)) offset = value[0] == '-' ? -size : size;
                    else found.Add($"--offset: \"{value}\" is no offset such as +01:00.");
                    break;
                default:
                    found.Add($"\"{name}\" is no option.");
                    break;
            }
        }
        if (folder.Length == 0) found.Add("a folder of station files is needed.");
        return found.Count > 0 ? null : new(folder, host, port, speed, offset);
    }
}
