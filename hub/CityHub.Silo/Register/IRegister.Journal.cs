using SmartCity.Readings;

namespace CityHub.Silo.Register;

/// <content>The journal of groups: what their owners took and no checkpoint vouches for yet, where the next owner finds it without the disk of the one before.</content>
public partial interface IRegister
{
    /// <summary>Whether owners write a journal: where several hubs share the register, unless <c>Postgres:Journal</c> is off.</summary>
    bool KeepsJournal { get; }

    /// <summary>Bytes of journal that the groups of one owner may have. Beyond it nothing more of them is answered until some of it is trimmed.</summary>
    long JournalLimit { get; }

    /// <summary>Writes what was appended to a log since the last page, in one transaction. Written again, it is there once.</summary>
    /// <exception cref="TenureLostException">A group has another owner by now; nothing was written.</exception>
    Task WriteJournal(JournalPage page, IReadOnlyList<GroupTenure> under);

    /// <summary>Blocks of a group, of every owner, in the order in which they were written.</summary>
    /// <param name="after">Only those after it; null: from the first.</param>
    IReadOnlyList<JournalBlock> ReadJournal(string group, JournalBlock? after, int limit);

    /// <summary>The names behind the numbers in a log's blocks, from number 1 on.</summary>
    JournalNames ReadJournalNames(string log);

    /// <summary>Through which block of a log pages were written, and how many names with them; nothing of a log that never wrote.</summary>
    JournalledLog Journalled(string log);

    /// <summary>Bytes of a group's journal.</summary>
    long JournalBytes(string group);

    /// <summary>Forgets blocks that checkpoints and the store vouch for: the owner's own through a number, and those of owners before it.</summary>
    /// <param name="earlier">Whether those of earlier owners go, too.</param>
    /// <returns>How many bytes went.</returns>
    /// <exception cref="TenureLostException">A group has another owner by now.</exception>
    Task<long> TrimJournal(IReadOnlyList<GroupTenure> under, long through, bool earlier);
}

/// <summary>A log and how far it goes: which hub's disk, which block.</summary>
/// <param name="Log">Random, made with the log.</param>
/// <param name="Last">Its last block.</param>
public readonly record struct LogPosition(string Log, long Last);

/// <summary>What <see cref="IRegister.Journalled"/> knows of a log.</summary>
public readonly record struct JournalledLog(long Number, int Series, int Nodes);

/// <summary>One block of a group's journal.</summary>
/// <param name="Epoch">Of the owner who wrote it.</param>
/// <param name="Number">The last block of the owner's log that is in it.</param>
/// <param name="Log">Whose numbers its rows and marks go by.</param>
/// <param name="Data">Packed appends, each behind its length.</param>
public sealed record JournalBlock(string Group, long Epoch, long Number, string Log, byte[] Data);

/// <summary>What was appended to one log since the last page, by group, and the names that no earlier page had.</summary>
public sealed record JournalPage(string Log, long Number, IReadOnlyList<JournalBlock> Blocks)
{
    /// <summary>Number of the first of <see cref="Series"/>.</summary>
    public int FirstSeries { get; init; } = 1;

    public IReadOnlyList<(SensorId Sensor, Quantity Quantity)> Series { get; init; } = [];

    /// <summary>Number of the first of <see cref="Nodes"/>.</summary>
    public int FirstNode { get; init; } = 1;

    public IReadOnlyList<NodeKey> Nodes { get; init; } = [];
}

/// <summary>Names of a log, the one numbered 1 first.</summary>
public sealed record JournalNames(IReadOnlyList<(SensorId Sensor, Quantity Quantity)> Series, IReadOnlyList<NodeKey> Nodes);
