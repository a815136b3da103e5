using SmartCity.Readings;

namespace CityHub.Silo.Register;

/// <content>Whose ingest groups are: one owner each, whatever it thinks of itself.</content>
public partial interface IRegister
{
    /// <summary>Makes somebody the owner of groups. The epoch of each goes up by one, and whoever wrote under the one before is refused from this commit on.</summary>
    /// <param name="owner">What people know it by.</param>
    /// <param name="at">Wall clock.</param>
    /// <param name="log">Where its readings go, and how far that log goes already.</param>
    Task<IReadOnlyList<GroupTaking>> TakeOver(IReadOnlyList<string> groups, string owner, Instant at, LogPosition log);

    /// <summary>Who owns which group, by its name.</summary>
    IReadOnlyList<(GroupTenure Tenure, string Owner, Instant Since)> GroupOwners();
}

/// <summary>The right to write what comes of a group: its twins' episodes and checkpoints.</summary>
/// <param name="Epoch">Counts the group's owners from 1.</param>
public sealed record GroupTenure(string Group, long Epoch);

/// <summary>A group, and where its last owner left off.</summary>
/// <param name="FromOwnLog">Whether what no checkpoint has is in the new owner's own log; else it is in the journal alone.</param>
/// <param name="Through">The block of the new owner's log through which the group's checkpoints reach.</param>
public sealed record GroupTaking(GroupTenure Tenure, bool FromOwnLog, long Through);

/// <summary>Somebody else owns the group by now. Nothing was written; whoever meets it has nothing more to say of the group and ends.</summary>
public sealed class TenureLostException(GroupTenure tenure) : Exception($"Group {tenure.Group} has another owner since epoch {tenure.Epoch}.")
{
    public GroupTenure Tenure => tenure;
}
