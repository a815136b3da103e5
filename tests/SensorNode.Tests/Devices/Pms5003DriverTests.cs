using System.Globalization;
using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class Pms5003DriverTests
{
    private static readonly Pms5003Plan Plan = new("dust", new("serial", BusKind.Uart, 0), TimeSpan.FromSeconds(3), ChipBench.Nowhere);
    private readonly PoleTime _time = new();

    [Fact]
    public void What_the_simulated_air_is_the_driver_measures_and_the_witness_saw()
    {
        using var scratch = new Scratch();
        using (var uart = Uart([ChipBench.Incident(IncidentKind.Particles, 300)], scratch.Path))
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            var sample = Sample(uart);
            Assert.Equal(300, sample[1], 60.0);
            Assert.True(sample[0] < sample[1] && sample[1] < sample[2]);
            var given = File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "dust")));
            var last = Pms5003Frame.Decode(Convert.FromHexString(given[^1].Split(' ')[2]))!.Value;
            Assert.Equal((sample[0], sample[1], sample[2]), (last.Pm1, last.Pm2_5, last.Pm10));
        }
    }

    [Fact]
    public void A_line_on_which_nothing_comes_gives_no_answer_and_when_it_is_back_it_is_measured_again()
    {
        using var uart = Uart([ChipBench.Incident(IncidentKind.Unplugged, at: 10, length: 10)]);
        Sample(uart);
        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.All(Measures(uart), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
        _time.Advance(TimeSpan.FromSeconds(8));
        Sample(uart);
    }

    [Fact]
    public void Frames_with_a_wrong_check_are_a_bad_checksum()
    {
        using var uart = Uart([ChipBench.Incident(IncidentKind.Disturbed)]);
        Assert.All(Measures(uart), measure => Assert.Equal(ReadFault.BadChecksum, measure.Fault));
    }

    [Fact]
    public void What_came_before_a_sample_is_not_its_value()
    {
        using var uart = Uart([ChipBench.Incident(IncidentKind.Particles, 300, at: 0, length: 20), ChipBench.Incident(IncidentKind.Unplugged, at: 15, length: 30)]);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.All(Measures(uart), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
    }

    [Fact]
    public unsafe void The_real_kernels_terminal_hands_on_every_byte_as_it_came()
    {
        var linux = new LinuxCalls();
        var master = linux.Open("/dev/ptmx");
        Assert.True(master >= 0, $"{master}");
        int unlocked = 0, number = 0;
        Assert.Equal(0, linux.Ioctl(master, 0x4004_5431, &unlocked)); // TIOCSPTLCK
        Assert.Equal(0, linux.Ioctl(master, 0x8004_5430, &number));   // TIOCGPTN
        using var uart = new KernelUart(string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}"), linux);
        var buffer = new byte[512];
        Assert.Null(uart.Read(buffer, out var count)); // nothing has come, and it does not wait
        Assert.Equal(0, count);
        // Every byte, those too that a terminal would take for itself: line ends, ^C, ^D, ^Q, ^S, 0x7F, 0xFF.
        byte[] all = [.. Enumerable.Range(0, 256).Select(one => (byte)one)];
        fixed (byte* from = all) Assert.Equal(256, linux.Write(master, from, 256));
        var came = new List<byte>();
        TakeAll();
        Assert.Equal(all, came);
        var set = new Termios();
        var slave = linux.Open(string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}"));
        Assert.Equal(0, linux.Ioctl(slave, TermiosUapi.GetTermios, &set));
        Assert.Equal((0u, 0u, 0u, 9600u), (set.InputFlags, set.OutputFlags, set.LocalFlags, set.InputSpeed));
        linux.Close(slave);
        linux.Close(master);
        Assert.Equal(ReadFault.BusUnavailable, uart.Read(buffer, out _)); // hung up

        void TakeAll()
        {
            for (var reads = 0; came.Count < 256 && reads < 1_000_000; reads++)
            {
                Assert.Null(uart.Read(buffer, out var more));
                came.AddRange(buffer.AsSpan(0, more));
            }
        }
    }

    [Fact]
    public void A_line_that_is_not_there_or_is_no_terminal_is_not_available()
    {
        using var missing = new KernelUart("/dev/serial-none", new LinuxCalls());
        Assert.Equal(ReadFault.BusUnavailable, missing.Read(new byte[1], out _));
        using var other = new KernelUart("/dev/null", new LinuxCalls());
        Assert.Equal(ReadFault.BusUnavailable, other.Read(new byte[1], out _));
    }

    private SimulatedPms5003 Uart(IEnumerable<Incident> incidents, string? witness = null) =>
        new(new("pole", "dust", new(Scenario.Steady, [.. incidents]), 5, witness, _time));

    private List<Measure> Measures(IUart uart)
    {
        var driver = new Pms5003Driver(uart, Plan);
        var begun = driver.Begin();
        Assert.Null(begun.Fault);
        _time.Advance(begun.ReadyAfter);
        var measures = new List<Measure>();
        Assert.Null(driver.Collect(measures));
        Assert.Equal(Pms5003.Quantities, measures.Select(measure => measure.Quantity));
        return measures;
    }

    private List<double> Sample(IUart uart) => [.. Measures(uart).Select(measure =>
    {
        Assert.True(measure.TryGetValue(out var value), $"{measure.Fault}");
        return value;
    })];
}
