using System.Text;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>A 1-Wire bus by the kernel's sysfs (kernel documentation, w1/slaves/w1_therm): a folder per bus master, in it one per chip, in that <c>w1_slave</c>.</summary>
/// <param name="path">The bus master's folder.</param>
public sealed class KernelW1Bus(string path) : IW1Bus
{
    public ReadFault? Read(string rom, out string text)
    {
        text = "";
        if (!Directory.Exists(path)) return ReadFault.BusUnavailable;
        try
        {
            using var file = new FileStream(Path.Combine(path, rom, "w1_slave"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            Span<byte> bytes = stackalloc byte[Ds18b20.MostCharacters];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            text = Encoding.ASCII.GetString(bytes[..length]);
            return text.Length > 0 ? null : ReadFault.NoAnswer; // the kernel gives nothing for a chip that went away meanwhile
        }
        catch (UnauthorizedAccessException)
        {
            return ReadFault.BusUnavailable;
        }
        catch (IOException) // no such chip on the bus, or it did not answer the reset pulse (EIO)
        {
            return ReadFault.NoAnswer;
        }
    }

    public void Dispose()
    {
        // every read opens and closes its own file
    }
}
