using System.Runtime.InteropServices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;

namespace SensorNode.Tests.Devices;

/// <summary>The kernel, but for its device files: those are an I2C adapter with simulated chips and a GPIO chip whose lines are pipes. All else is the real thing.</summary>
internal sealed unsafe class AnsweringLinux : ILinux
{
    private readonly LinuxCalls _kernel = new();
    private readonly Dictionary<int, int> _lineOfFile = [];
    private byte _slave;

    /// <summary>What the adapter says it can do.</summary>
    public ulong Functions { get; set; } = I2cUapi.FunctionI2c;

    public Dictionary<byte, ISimulatedChip> Chips { get; } = [];

    /// <summary>The errno that the next ioctl of this number fails with.</summary>
    public Dictionary<uint, int> Failing { get; } = [];

    /// <summary>The errno that opening fails with.</summary>
    public int OpenFails { get; set; }

    public int Opened { get; private set; }

    public List<uint> Requests { get; } = [];

    /// <summary>The writing ends of lines, by offset: what is written here, the kernel read from its pins.</summary>
    public Dictionary<int, int> Pins { get; } = [];

    public Dictionary<int, bool> Levels { get; } = [];

    /// <summary>Told of each level that an output is set to.</summary>
    public Action<int, bool>? OnSet { get; set; }

    public GpioLineRequest LastRequest { get; private set; }

    public int Open(string path)
    {
        if (OpenFails != 0) return -OpenFails;
        Opened++;
        return _kernel.Open("/dev/null");
    }

    public int Ioctl(int file, uint request, void* argument)
    {
        Requests.Add(request);
        if (Failing.TryGetValue(request, out var errno)) return -errno;
        switch (request)
        {
            case I2cUapi.GetFunctions:
                *(nuint*)argument = (nuint)Functions;
                return 0;
            case I2cUapi.ReadWrite:
                return Transfer(*(I2cTransfer*)argument);
            case I2cUapi.SetSlave:
                _slave = (byte)(nint)argument;
                return 0;
            case I2cUapi.Smbus:
                return Smbus(*(SmbusTransfer*)argument);
            case GpioUapi.GetLine:
                return GetLine((GpioLineRequest*)argument);
            case GpioUapi.GetValues:
                var values = (GpioLineValues*)argument;
                values->Bits = values->Mask == 1 && Levels.GetValueOrDefault(_lineOfFile[file]) ? 1ul : 0;
                return 0;
            case GpioUapi.SetValues:
                var set = (GpioLineValues*)argument;
                if (set->Mask == 1) Levels[_lineOfFile[file]] = (set->Bits & 1) != 0;
                OnSet?.Invoke(_lineOfFile[file], (set->Bits & 1) != 0);
                return 0;
            default:
                return -Errno.NotATerminal;
        }
    }

    /// <summary>What the kernel would tell of an edge on a line.</summary>
    public void Edge(int line, bool rising, ulong atNs, uint sequence)
    {
        var happened = new GpioLineEvent { Id = rising ? GpioUapi.RisingEdge : GpioUapi.FallingEdge, Offset = (uint)line, TimestampNs = atNs, SequenceOfLine = sequence, SequenceOfRequest = sequence };
        Assert.Equal(sizeof(GpioLineEvent), _kernel.Write(Pins[line], &happened, sizeof(GpioLineEvent)));
    }

    public int Read(int file, void* into, int length) => _kernel.Read(file, into, length);
    public int Write(int file, void* from, int length) => _kernel.Write(file, from, length);
    public int Poll(PollFile* files, int count, int timeoutMilliseconds) => _kernel.Poll(files, count, timeoutMilliseconds);
    public int Close(int file) => _kernel.Close(file);
    public int EventFile() => _kernel.EventFile();

    private int Transfer(I2cTransfer transfer)
    {
        var first = transfer.Messages[0];
        if (!Chips.TryGetValue((byte)first.Address, out var chip)) return -Errno.RemoteInputOutput;
        if (transfer.Count == 1)
        {
            var bytes = new Span<byte>(first.Buffer, first.Length);
            var done = first.Flags == I2cUapi.MessageRead ? chip.Transfer([], bytes) : chip.Transfer(bytes, []);
            return done ? 1 : -Errno.RemoteInputOutput;
        }
        var second = transfer.Messages[1];
        Assert.Equal((0, first.Address, I2cUapi.MessageRead), (first.Flags, second.Address, second.Flags));
        return chip.Transfer(new(first.Buffer, first.Length), new(second.Buffer, second.Length)) ? 2 : -Errno.RemoteInputOutput;
    }

    private int Smbus(SmbusTransfer transfer)
    {
        if (!Chips.TryGetValue(_slave, out var chip)) return -Errno.NoDeviceOrAddress;
        var data = (byte*)transfer.Data;
        var answered = (transfer.Size, transfer.Direction) switch
        {
            (I2cUapi.SmbusByteData, I2cUapi.SmbusWrite) => chip.Write(transfer.Command, data[0]),
            (I2cUapi.SmbusByteData, I2cUapi.SmbusRead) => chip.Read(transfer.Command, new(data, 1)),
            (I2cUapi.SmbusByte, I2cUapi.SmbusWrite) => chip.Transfer([transfer.Command], []),
            (I2cUapi.SmbusByte, I2cUapi.SmbusRead) => chip.Transfer([], new(data, 1)),
            (I2cUapi.SmbusWordData, I2cUapi.SmbusWrite) => chip.Transfer([transfer.Command, data[0], data[1]], []),
            (I2cUapi.SmbusWordData, I2cUapi.SmbusRead) => chip.Transfer([transfer.Command], new(data, 2)),
            (I2cUapi.SmbusI2cBlockData, I2cUapi.SmbusRead) => chip.Read(transfer.Command, new(data + 1, data[0])),
            _ => throw new InvalidOperationException("a transaction that nobody should ask for"),
        };
        return answered ? 0 : -Errno.NoDeviceOrAddress;
    }

    private int GetLine(GpioLineRequest* request)
    {
        LastRequest = *request;
        var ends = stackalloc int[2];
        if (pipe(ends) != 0) return -Errno.InputOutput;
        var line = (int)request->Offset;
        Pins[line] = ends[1];
        _lineOfFile[ends[0]] = line;
        if (request->FirstAttribute is { Id: GpioUapi.OutputValues, Mask: 1 } first && request->AttributeCount == 1) Levels[line] = (first.Values & 1) != 0;
        request->File = ends[0];
        return 0;
    }

    [DllImport("libc")]
    private static extern int pipe(int* ends);
}
