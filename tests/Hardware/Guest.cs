using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Rig;

namespace Hardware;

/// <summary>
/// An emulated machine with Debian's kernel: a disk that outlives its power, a serial console into a file, a second serial port into a socket, and the host's
/// loopback under the address 10.0.2.2. Its first program is tests/Hardware/image/init, which runs <c>do.sh</c> from the disk.
/// </summary>
public sealed partial class Guest : IAsyncDisposable
{
    /// <summary>Emulated in software on a small machine a start takes half a minute, and beside other work several times that.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private const string Size = "64M";
    private readonly string _folder;
    private Child? _machine;
    private int _starts;

    private Guest(string folder) => _folder = folder;

    private static string Image { get; } = Path.Combine(Products.Root, ".city", "hardware");

    /// <summary>What it has said since it was last started.</summary>
    public string Console => File.Exists(ConsoleFile) ? ReadShared(ConsoleFile) : "";

    private string Disk => Path.Combine(_folder, "disk.img");

    private string ConsoleFile => Path.Combine(_folder, $"console-{_starts}.log");

    private string Uart => Path.Combine(_folder, "uart.sock");

    /// <summary>Makes the disk.</summary>
    /// <param name="files">Name and text of what lies on it.</param>
    public static Guest Make(string folder, params (string Name, string Text)[] files)
    {
        var content = Directory.CreateDirectory(Path.Combine(folder, "content")).FullName;
        foreach (var (name, text) in files) File.WriteAllText(Path.Combine(content, name), text);
        var guest = new Guest(folder);
        Run("truncate", "-s", Size, guest.Disk);
        Run("mkfs.ext4", "-q", "-d", content, guest.Disk);
        return guest;
    }

    /// <summary>Switches it on.</summary>
    public void Start()
    {
        _starts++;
        File.Delete(Uart);
        _machine = Child.Start(Path.Combine(_folder, "machine.log"), "qemu-system-x86_64", "-cpu", "max", "-m", "768", "-smp", "1", "-display", "none", "-no-reboot",
            "-kernel", Path.Combine(Image, "vmlinuz"), "-initrd", Path.Combine(Image, "image.cpio"), "-append", "console=ttyS0 quiet panic=-1",
            "-serial", $"file:{ConsoleFile}", "-serial", $"unix:{Uart},server=on,wait=off", "-drive", $"file={Disk},format=raw,if=virtio",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net");
    }

    /// <summary>Pulls its plug.</summary>
    public Task Cut() => _machine!.Kill();

    public Task UntilSays(string text) => Rig.Until.True(() => Console.Contains(text, StringComparison.Ordinal) || _machine!.HasExited, () => $"the guest says '{text}': {Tail}", Patience);

    public async Task UntilOver()
    {
        await Rig.Until.True(() => _machine!.HasExited, () => "the guest is over: " + Tail, Patience);
        Assert.Contains("guest: over", Console, StringComparison.Ordinal);
    }

    /// <summary>Bytes that its outbox holds, by its last word on it.</summary>
    public long OutboxBytes => OutboxLine().Matches(Console) is { Count: > 0 } lines ? SegmentSize().Matches(lines[^1].Value).Sum(size => long.Parse(size.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)) : 0;

    /// <summary>The other end of its second serial port.</summary>
    public async Task<NetworkStream> OpenUart()
    {
        await Rig.Until.True(() => File.Exists(Uart), "the serial port is there", Patience);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Uart));
        return new(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null) await _machine.DisposeAsync();
    }

    private string Tail => string.Join('\n', Console.Split('\n').TakeLast(12));

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(stream).ReadToEnd();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    [GeneratedRegex("^guest: outbox .*$", RegexOptions.Multiline)]
    private static partial Regex OutboxLine();

    [GeneratedRegex(@"\.obx=(\d+)")]
    private static partial Regex SegmentSize();
}
