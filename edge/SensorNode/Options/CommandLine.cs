using SensorNode.Devices;

namespace SensorNode.Options;

/// <summary>What a command line asks for.</summary>
public enum NodeCommand : byte
{
    Help,
    Check,
    Run,
    Read,
    Drain,
    Schema,
    Scan,
    Export,
    Import,
}

/// <summary>The exit codes of the program.</summary>
public static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It ran, and failed.</summary>
    public const int Failed = 1;

    /// <summary>Bad configuration or usage: it never ran.</summary>
    public const int BadConfiguration = 2;
}

/// <summary>The command line and the environment, read: what to do, with which file, overridden how; or what is wrong with them.</summary>
public sealed record CommandLine(NodeCommand Command, string File, string Archive, NodeFileOverrides Overrides, IReadOnlyList<string> Problems)
{
    /// <summary>Through what it speaks to its buses and chips. Default: the kernel.</summary>
    public DeviceLibrary Devices { get; init; }

    public const string Help = """
        SensorNode: reads the sensors of one pole and tells the city.

          SensorNode run FILE      read the sensors and send what they say, until SIGTERM or Ctrl-C
          SensorNode check FILE    check a node file: every problem at once, with file, line and key
          SensorNode read FILE     read every sensor once and print a table; sends nothing
          SensorNode scan [FILE]   what answers on the buses of this machine (or of FILE) and which chip it seems to be
          SensorNode drain FILE    send what the outbox still holds, sampling nothing, and end when the hub has answered for all of it
          SensorNode export FILE ARCHIVE   copy what the outbox holds, and the node file, into one archive; the node may run meanwhile
          SensorNode import ARCHIVE        send what an archive holds in its node's name, until the hub has answered for all of it;
                                           what the hub has already is not stored twice. Not while the node itself is connected
          SensorNode schema        the JSON Schema of a node file, for editors
          SensorNode help          this text
          SensorNode replay …      feed recorded stations into a hub (SensorNode replay alone says how)

        Options (or environment variables) that override the file, checked in the same way:
          --broker HOST:PORT       SENSORNODE_BROKER     the MQTT broker
          --outbox DIR             SENSORNODE_OUTBOX     this node's own outbox directory
          --witness DIR            SENSORNODE_WITNESS    where simulated chips log what they gave out
          --credentials FILE       SENSORNODE_CREDENTIALS  user name and password; an archive has none
          --card FILE              SENSORNODE_CARD       the node's card; an archive has none
        And one that no file has:
          --devices LIBRARY        SENSORNODE_DEVICES    kernel (default): the kernel's I2C and GPIO; managed: System.Device.Gpio and Iot.Device.Bindings

        Exit codes: 0 fine, 1 failed while running, 2 bad configuration or usage.
        """;

    private static readonly string[] Names = ["broker", "outbox", "witness", "credentials", "card", "devices"];

    public static CommandLine Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var problems = new List<string>();
        var command = arguments.Count == 0 ? null : Word(arguments[0]);
        if (command is null) problems.Add(arguments.Count == 0 ? "no command given." : $"\"{arguments[0]}\" is no command.");
        var settings = new Dictionary<string, Setting>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            var variable = $"SENSORNODE_{name.ToUpperInvariant()}";
            if (environment(variable) is { Length: > 0 } value) settings[name] = new(variable, value);
        }
        var files = new List<string>();
        var given = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                files.Add(argument);
                continue;
            }
            var name = argument[2..];
            if (!Names.Contains(name)) problems.Add($"\"{argument}\" is no option.");
            else if (!given.Add(name)) problems.Add($"{argument} is given twice.");
            else if (i + 1 == arguments.Count) problems.Add($"{argument} needs a value.");
            else settings[name] = new(argument, arguments[++i]);
        }
        var mayLack = command is null or NodeCommand.Help or NodeCommand.Schema || command is NodeCommand.Scan && files.Count == 0;
        var wanted = command is NodeCommand.Export ? 2 : 1;
        if (command is NodeCommand.Export && files.Count != 2) problems.Add("a node file and the archive's name are needed.");
        else if (!mayLack && files.Count != wanted) problems.Add($"one node file is needed, {files.Count} are given.");
        var devices = Library(settings.GetValueOrDefault("devices"), problems);
        return new(command ?? NodeCommand.Help, files.FirstOrDefault() ?? "", files.ElementAtOrDefault(1) ?? "",
            new(settings.GetValueOrDefault("broker"), settings.GetValueOrDefault("outbox"), settings.GetValueOrDefault("witness"), settings.GetValueOrDefault("credentials"), settings.GetValueOrDefault("card")), problems) { Devices = devices };
    }

    private static DeviceLibrary Library(Setting? setting, List<string> problems)
    {
        switch (setting?.Value)
        {
            case null or "kernel":
                return DeviceLibrary.Kernel;
            case "managed":
                if (!Boards.HoldsManaged) problems.Add($"{setting.Source}: System.Device.Gpio and Iot.Device.Bindings are not compiled in; ./city setup says whether the package source holds them.");
                return DeviceLibrary.Managed;
            default:
                problems.Add($"{setting.Source}: kernel or managed is expected, not \"{setting.Value}\".");
                return DeviceLibrary.Kernel;
        }
    }

    private static NodeCommand? Word(string argument) => argument switch
    {
        "help" or "--help" or "-h" => NodeCommand.Help,
        "check" => NodeCommand.Check,
        "run" => NodeCommand.Run,
        "read" => NodeCommand.Read,
        "drain" => NodeCommand.Drain,
        "schema" => NodeCommand.Schema,
        "scan" => NodeCommand.Scan,
        "export" => NodeCommand.Export,
        "import" => NodeCommand.Import,
        _ => null,
    };
}
