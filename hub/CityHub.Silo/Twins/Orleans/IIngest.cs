namespace CityHub.Silo.Twins.Orleans;

/// <summary>
/// An ingest group in the cluster, by its name. There is one activation of it, and the silo that has it runs the group: its connection, its twins, and what makes them durable.
/// No reading is a grain call: they go from the group's connection to its twins within the silo. What goes between silos is JSON (<see cref="TwinText"/>).
/// </summary>
[global::Orleans.CodeGeneration.Version(2)]
[Alias("city.ingest")]
public interface IIngest : IGrainWithStringKey
{
    /// <summary>Sees to it that the group is held. Returns once it takes readings, or faults with the reason that it cannot.</summary>
    [Alias("hold")]
    Task Hold();

    /// <summary>Its nodes and sensors as they are now, a <see cref="TwinPage"/>.</summary>
    [Alias("views")]
    Task<byte[]> Views();

    /// <summary>A command to one of its outputs, as <see cref="Contracts.IOutputCommands.Ask"/>.</summary>
    [Alias("ask")]
    Task<byte[]?> Ask(byte[] command);

    /// <summary>A call to one of its nodes, as <see cref="Contracts.INodeCalls.Ask"/>.</summary>
    [Alias("call")]
    Task<byte> Call(byte[] call);

    /// <summary>What sensors of other groups said in districts that this one's owner watches, <see cref="DistrictValue"/>s. Since version 2.</summary>
    [Alias("hear")]
    Task Hear(byte[] values);
}

/// <summary>The alert desk's clock, of which a cluster needs one (key 0): whichever silo has the activation does what is due on the desk.</summary>
[global::Orleans.CodeGeneration.Version(1)]
[Alias("city.desk")]
public interface IDeskClock : IGrainWithIntegerKey
{
    [Alias("hold")]
    Task Hold();
}
