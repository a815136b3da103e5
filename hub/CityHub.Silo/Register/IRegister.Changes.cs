namespace CityHub.Silo.Register;

/// <content>The log of changes, as hubs that share a register follow it.</content>
public partial interface IRegister
{
    /// <summary>Whether other hubs may write to it, too.</summary>
    bool IsShared { get; }

    /// <summary>Number of the last change; 0 before the first.</summary>
    long LastChange();

    /// <summary>What other hubs changed after a number, in the order in which it was committed, each with its episode as it is by now. Nothing where the register is this hub's alone.</summary>
    /// <param name="limit">Changes that are looked at, at most.</param>
    /// <exception cref="RegisterUnavailableException">It cannot be read.</exception>
    ChangesOfOthers ChangesOfOthers(long after, int limit);
}

/// <param name="Through">How far it looked: where the next look begins.</param>
public sealed record ChangesOfOthers(long Through, IReadOnlyList<EpisodeChange> Changes);
