using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SensorNode.Readings.Outbox;

/// <summary>A directory on a real disk, locked against a second process.</summary>
public sealed partial class DiskFileLayer : IFileLayer, IDisposable
{
    private const string LockName = "lock";

    private readonly string _directory;
    private readonly FileStream _lock;

    /// <exception cref="IOException">It cannot be made, or another process uses it.</exception>
    public DiskFileLayer(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _lock = new FileStream(Path.Combine(_directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_directory).Select(path => Path.GetFileName(path)).Where(name => name != LockName)];

    public IOutboxFile Create(string name) => new DiskFile(File.OpenHandle(PathOf(name), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    public IOutboxFile Open(string name) => new DiskFile(File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    public void Rename(string name, string newName) => File.Move(PathOf(name), PathOf(newName), overwrite: true);

    public void Delete(string name) => File.Delete(PathOf(name));

    public void SyncDirectory()
    {
        const int directoryReadOnlyCloseOnExec = 0x10000 | 0x80000;
        var fd = OpenNative(_directory, directoryReadOnlyCloseOnExec);
        if (fd < 0) throw new IOException($"{_directory} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (SyncNative(fd) != 0) throw new IOException($"{_directory} cannot be synced (errno {Marshal.GetLastPInvokeError()}).");
    }

    public void Dispose() => _lock.Dispose();

    private string PathOf(string name) => Path.Combine(_directory, name);

    // .NET has no way to sync a directory.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncNative(int fd);

    private sealed class DiskFile(SafeFileHandle handle) : IOutboxFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> into)
        {
            var done = 0;
            while (done < into.Length)
            {
                var read = RandomAccess.Read(handle, into[done..], offset + done);
                if (read == 0) break;
                done += read;
            }
            return done;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, offset);

        public void Truncate(long length) => RandomAccess.SetLength(handle, length);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
