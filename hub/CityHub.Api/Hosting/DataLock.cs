using System.Globalization;

namespace CityHub.Api.Hosting;

/// <summary>
/// One hub per data folder: an exclusive flock(2) on <c>hub.lock</c>, which the kernel drops with the process however it ends.
/// Beside it, <c>hub.pid</c> names the process for whoever comes second.
/// </summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or says in <paramref name="held"/> who has it.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static DataLock? Take(string folder, out string held)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "hub.lock");
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            File.WriteAllText(Path.Combine(folder, "hub.pid"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            held = "";
            return new(file);
        }
        catch (IOException busy) when (busy.GetType() == typeof(IOException) && File.Exists(path))
        {
            held = Holder(Path.Combine(folder, "hub.pid"));
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string path) =>
        File.Exists(path) && File.ReadLines(path).FirstOrDefault() is { Length: > 0 and < 12 } process ? $"process {process}" : "another process";
}
