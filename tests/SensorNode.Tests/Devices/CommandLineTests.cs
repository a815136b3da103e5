using SensorNode.Options;

namespace SensorNode.Tests.Devices;

public class CommandLineTests
{
    [Theory]
    [InlineData("help", NodeCommand.Help, "")]
    [InlineData("--help", NodeCommand.Help, "")]
    [InlineData("run pole.yaml", NodeCommand.Run, "pole.yaml")]
    [InlineData("check pole.yaml", NodeCommand.Check, "pole.yaml")]
    [InlineData("read --broker b:1 pole.yaml", NodeCommand.Read, "pole.yaml")]
    public void A_command_and_its_file_are_read(string line, NodeCommand command, string file)
    {
        var parsed = Parse(line);
        Assert.Equal((command, file), (parsed.Command, parsed.File));
        Assert.Empty(parsed.Problems);
    }

    [Theory]
    [InlineData("", "no command given.")]
    [InlineData("walk pole.yaml", "\"walk\" is no command.")]
    [InlineData("run", "one node file is needed, 0 are given.")]
    [InlineData("run a.yaml b.yaml", "one node file is needed, 2 are given.")]
    [InlineData("run a.yaml --speed 9", "\"--speed\" is no option.", "one node file is needed, 2 are given.")]
    [InlineData("run a.yaml --outbox", "--outbox needs a value.")]
    [InlineData("run a.yaml --outbox x --outbox y", "--outbox is given twice.", "one node file is needed, 2 are given.")]
    public void What_is_wrong_is_said_all_at_once(string line, params string[] problems) => Assert.Equal(problems, Parse(line).Problems);

    [Fact]
    public void Options_go_before_the_environment_which_goes_before_the_file()
    {
        var parsed = CommandLine.Parse(["run", "pole.yaml", "--broker", "a:1"], name => name is "SENSORNODE_BROKER" or "SENSORNODE_WITNESS" ? "b:2" : null);
        Assert.Equal(new NodeFileOverrides(new("--broker", "a:1"), null, new("SENSORNODE_WITNESS", "b:2")), parsed.Overrides);
    }

    private static CommandLine Parse(string line) => CommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), _ => null);
}
