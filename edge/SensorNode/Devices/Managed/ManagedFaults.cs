using System.Globalization;
using System.Text.RegularExpressions;
using SensorNode.Devices.Kernel;
using SmartCity.Readings;

namespace SensorNode.Devices.Managed;

/// <summary>The library's exceptions by our names. It tells the kernel's errno in its text only ("Error 121 (Remote I/O error) performing …"), so that is where it is read.</summary>
internal static partial class ManagedFaults
{
    /// <summary>Whether an exception is the world's doing; any other is a mistake in the program, and goes up.</summary>
    public static bool IsOfTheWorld(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or TimeoutException or PlatformNotSupportedException or DllNotFoundException or InvalidOperationException;

    /// <summary>A transfer that failed.</summary>
    public static ReadFault OfTransfer(Exception failure) => failure switch
    {
        SimulatedFaultException simulated => simulated.Fault,
        TimeoutException => ReadFault.TimedOut,
        IOException when NumberIn(failure) is { } errno => Errno.Fault(errno),
        _ => ReadFault.BusUnavailable,
    };

    /// <summary>A bus or a chip of lines that could not be opened: nobody has been asked for an answer yet.</summary>
    public static ReadFault OfOpening(Exception failure) => OfTransfer(failure) is var fault and not ReadFault.NoAnswer ? fault : ReadFault.BusUnavailable;

    /// <summary>Whether the bus is gone with this failure, and must be opened anew.</summary>
    public static bool EndsBus(Exception failure) => failure is not SimulatedFaultException && NumberIn(failure) is Errno.NoDevice or Errno.Shutdown;

    private static int? NumberIn(Exception failure) =>
        Number().Match(failure.Message) is { Success: true } found && int.TryParse(found.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var errno) ? errno : null;

    [GeneratedRegex(@"[Ee]rror:? (\d{1,4})\b")]
    private static partial Regex Number();
}
