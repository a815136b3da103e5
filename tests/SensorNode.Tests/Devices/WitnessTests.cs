using SensorNode.Devices.Simulated;

namespace SensorNode.Tests.Devices;

public sealed class WitnessTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly PoleTime _time = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Each_line_is_in_the_file_as_soon_as_it_is_given()
    {
        using var witness = Open();
        witness.Gave(true, 1_000_000_000);
        Assert.Equal([$"1 {PoleTime.Noon.ToUnixTimeMilliseconds()} 1 1000000000"], Read());
    }

    [Fact]
    public void Half_a_line_of_a_killed_process_is_cut_off_and_the_numbers_go_on()
    {
        using (var witness = Open())
        {
            witness.Gave([0xAB]);
            witness.Gave([0xCD]);
        }
        var file = Path.Combine(_scratch.Path, "pole.lamp.witness");
        File.AppendAllText(file, "3 17954");
        using (var witness = Open()) witness.Gave([0xEF]);
        Assert.Equal(["1 ab", "2 cd", "3 ef"], Read().Select(line => $"{line.Split(' ')[0]} {line.Split(' ')[2]}"));
    }

    [Fact]
    public void A_new_file_begins_with_its_first_line_and_an_old_one_does_not_get_another()
    {
        using (Open("trim aa bb"))
        {
        }
        using (Open("trim aa bb"))
        {
        }
        Assert.Equal(["trim aa bb"], Read());
    }

    [Fact]
    public void A_measurement_that_cannot_be_written_down_is_not_given_out()
    {
        // /dev/full takes no byte, as a full disk does.
        File.CreateSymbolicLink(Path.Combine(_scratch.Path, "pole.full.witness"), "/dev/full");
        using var witness = Witness.Open(_scratch.Path, "pole", "full", null, _time);
        Assert.False(witness.Gave(true, 1_000_000_000));
    }

    [Fact]
    public void Without_a_directory_nothing_is_kept()
    {
        using var witness = Witness.Open(null, "pole", "lamp", "first", _time);
        witness.Gave([1]);
        Assert.Empty(Directory.GetFiles(_scratch.Path));
    }

    private Witness Open(string? first = null) => Witness.Open(_scratch.Path, "pole", "lamp", first, _time);

    private string[] Read()
    {
        using var file = new StreamReader(new FileStream(Path.Combine(_scratch.Path, "pole.lamp.witness"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
