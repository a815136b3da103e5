using SensorNode.Readings.Outbox;

namespace SensorNode.Readings;

/// <summary>The power went: whoever sees this is gone.</summary>
public sealed class PowerCut : Exception;

/// <summary>
/// A directory in memory that forgets like a disk: after a power cut, each write since the last flush is there, or not, or torn at any byte, in any
/// combination; and so is each creation, renaming and deletion since the last sync of the directory. It can also be full.
/// </summary>
public sealed class CrashingFiles(Random chance) : IFileLayer
{
    private readonly Dictionary<string, Inode> _entries = [];          // as the running process sees them
    private Dictionary<string, Inode> _safeEntries = [];               // as of the last sync
    private readonly List<Action<Dictionary<string, Inode>>> _unsynced = [];

    /// <summary>How many more operations until the power goes; null: never.</summary>
    public int? OperationsLeft { get; set; }

    /// <summary>Bytes that still fit; null: no limit.</summary>
    public long? Room { get; set; }

    public long FsyncCount { get; private set; }

    public IReadOnlyList<string> List() => [.. _entries.Keys];

    public IOutboxFile Create(string name)
    {
        Step();
        NeedRoom(0);
        var inode = new Inode();
        Apply(entries => entries[name] = inode);
        return new OpenFile(this, inode);
    }

    public IOutboxFile Open(string name) =>
        _entries.TryGetValue(name, out var inode) ? new OpenFile(this, inode) : throw new FileNotFoundException(name);

    public void Rename(string name, string newName)
    {
        Step();
        Apply(entries =>
        {
            if (entries.Remove(name, out var inode)) entries[newName] = inode;
        });
    }

    public void Delete(string name)
    {
        Step();
        Apply(entries => entries.Remove(name));
    }

    public void SyncDirectory()
    {
        Step();
        _safeEntries = new(_entries);
        _unsynced.Clear();
    }

    /// <summary>What a start after the power cut finds.</summary>
    public void Restart()
    {
        OperationsLeft = null;
        var entries = new Dictionary<string, Inode>(_safeEntries);
        foreach (var operation in _unsynced)
        {
            if (chance.Next(2) == 0) operation(entries);
        }
        foreach (var inode in _entries.Values.Concat(entries.Values).Distinct().ToList()) inode.Crash(chance);
        _entries.Clear();
        foreach (var (name, inode) in entries) _entries[name] = inode;
        _safeEntries = new(entries);
        _unsynced.Clear();
    }

    /// <summary>Flips one bit of a file, as a worn card does.</summary>
    public void Rot(string name, int offset) => _entries[name].Rot(offset);

    private void Apply(Action<Dictionary<string, Inode>> operation)
    {
        operation(_entries);
        _unsynced.Add(operation);
    }

    private void Step()
    {
        if (OperationsLeft is not { } left) return;
        if (left <= 0) throw new PowerCut();
        OperationsLeft = left - 1;
    }

    private void NeedRoom(long bytes)
    {
        if (Room is not { } room) return;
        if (bytes > room || room == 0) throw new IOException("No space left on device");
        Room = room - bytes;
    }

    private sealed class Inode
    {
        private byte[] _safe = [];
        private readonly List<Func<byte[], int, byte[]>> _unflushed = []; // content, how much of it happens → content
        private readonly List<int> _sizes = [];

        public byte[] Content { get; private set; } = [];

        public void Write(long offset, byte[] bytes) => Do((content, part) =>
        {
            if (content.Length < offset + part) Array.Resize(ref content, (int)offset + part);
            bytes.AsSpan(0, part).CopyTo(content.AsSpan((int)offset));
            return content;
        }, bytes.Length);

        public void Truncate(long length) => Do((content, part) =>
        {
            if (part > 0) Array.Resize(ref content, (int)length);
            return content;
        }, 1);

        public void Flush()
        {
            _safe = [.. Content];
            _unflushed.Clear();
            _sizes.Clear();
        }

        public void Crash(Random chance)
        {
            var content = _safe.ToArray();
            foreach (var i in Enumerable.Range(0, _unflushed.Count).OrderBy(_ => chance.Next()))
            {
                var part = chance.Next(3) switch { 0 => 0, 1 => chance.Next(_sizes[i] + 1), _ => _sizes[i] };
                if (part > 0) content = _unflushed[i](content, part);
            }
            Content = content;
            Flush();
        }

        public void Rot(int offset)
        {
            Content[offset] ^= 4;
            Flush();
        }

        private void Do(Func<byte[], int, byte[]> operation, int size)
        {
            Content = operation([.. Content], size);
            _unflushed.Add(operation);
            _sizes.Add(size);
        }
    }

    private sealed class OpenFile(CrashingFiles files, Inode inode) : IOutboxFile
    {
        public long Length => inode.Content.Length;

        public int Read(long offset, Span<byte> into)
        {
            if (offset >= inode.Content.Length) return 0;
            var count = (int)Math.Min(into.Length, inode.Content.Length - offset);
            inode.Content.AsSpan((int)offset, count).CopyTo(into);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (files.OperationsLeft == 0) inode.Write(offset, bytes.ToArray()); // the power goes in the middle of it
            files.Step();
            files.NeedRoom(bytes.Length);
            inode.Write(offset, bytes.ToArray());
        }

        public void Truncate(long length)
        {
            files.Step();
            inode.Truncate(length);
        }

        public void Flush()
        {
            files.Step();
            files.FsyncCount++;
            inode.Flush();
        }

        public void Dispose()
        {
        }
    }
}
