using System.Formats.Tar;
using System.IO.Compression;
using SensorNode.Readings.Outbox;
using SensorNode.Tests.Devices;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

public sealed class OutboxArchives : IDisposable
{
    private readonly Scratch _scratch = new();

    private string Archive => Path.Combine(_scratch.Path, "pole.tar.gz");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_a_running_node_exports_is_what_it_had_taken_and_stays_in_its_outbox()
    {
        using var files = new DiskFileLayer(Path.Combine(_scratch.Path, "outbox"));
        using var outbox = Samples.Open(files);
        for (var i = 0; i < 50; i++)
        {
            outbox.Take("bme", Lane.Raw, Samples.Air(outbox));
            outbox.Commit(Lane.Raw);
        }
        outbox.Take("smoke", Lane.Alert, Samples.Smoke(outbox, on: true));
        outbox.Commit(Lane.Alert);
        outbox.Take("bme", Lane.Raw, Samples.Air(outbox)); // not taken yet
        Assert.InRange(OutboxArchive.Write(_scratch.Write("pole.yaml", "node: pole"), Path.Combine(_scratch.Path, "outbox"), Archive), 500, 50_000);

        var folder = Path.Combine(_scratch.Path, "unpacked");
        Assert.Null(OutboxArchive.Read(Archive, folder));
        Assert.Equal("node: pole", File.ReadAllText(OutboxArchive.NodeFileIn(folder)));
        using var copies = new DiskFileLayer(OutboxArchive.OutboxIn(folder));
        using var copy = Samples.Open(copies);
        Assert.Equal(outbox.Id, copy.Id);
        Assert.Equal(Samples.Kept(outbox), Samples.Kept(copy));
    }

    [Theory]
    [InlineData("a way out of the folder", "outbox/../../evil")]
    [InlineData("a folder below", "outbox/deeper/evil")]
    [InlineData("a path from the root", "/etc/evil")]
    [InlineData("a file that is none of ours", "evil")]
    public void An_archive_that_is_not_an_export_is_refused_and_nothing_of_it_lies_elsewhere(string because, string name)
    {
        using (var tar = new TarWriter(new GZipStream(File.Create(Archive), CompressionLevel.Fastest)))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) });
        }
        var problem = OutboxArchive.Read(Archive, Path.Combine(_scratch.Path, "a", "b"));
        Assert.True(problem?.Contains("which no export of ours has", StringComparison.Ordinal), because);
        Assert.Empty(Directory.EnumerateFiles(_scratch.Path, "*evil*", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_is_no_archive_is_refused()
    {
        File.WriteAllText(Archive, "not a tar");
        Assert.StartsWith("cannot be read", OutboxArchive.Read(Archive, Path.Combine(_scratch.Path, "x")), StringComparison.Ordinal);
        Assert.StartsWith("cannot be read", OutboxArchive.Read("/nowhere", Path.Combine(_scratch.Path, "y")), StringComparison.Ordinal);
    }
}
