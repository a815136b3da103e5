using System.Data.Common;

namespace CityHub.Silo.Register;

/// <summary>The database that holds a register: how it is reached, and what its refusals mean.</summary>
internal abstract class RegisterStore : IDisposable
{
    /// <summary>Opens a session that writes and brings the schema forward.</summary>
    /// <exception cref="DbException">It is away, full, or not ours.</exception>
    /// <exception cref="InvalidDataException">A newer release wrote it.</exception>
    public abstract RegisterSession OpenMigrated();

    /// <summary>Opens a session that writes, again after a fault.</summary>
    public abstract RegisterSession Open();

    /// <summary>Asks something on a session of its own. Thread-safe.</summary>
    public abstract T Read<T>(Func<RegisterSession, T> query);

    /// <summary>Why it would not do it, in a word for people and counters: no path, no address, no data.</summary>
    public abstract string Name(DbException error);

    /// <summary>Whether the statement was at fault and not the store: trying again would fail again.</summary>
    public abstract bool IsOurs(DbException error);

    /// <summary>Whether a connection lies between: it may be lost while nobody uses it, and with it the answer to a commit.</summary>
    public virtual bool IsRemote => false;

    /// <summary>What became of the last transaction, whose commit did not answer.</summary>
    /// <param name="by">A session that was opened since.</param>
    public virtual bool WasCommitted(RegisterSession by) => false;

    /// <summary>Whether other hubs may write to it, too. Then each sends the webhooks of its own subscriptions only, those that it has a lease of.</summary>
    public virtual bool IsShared => false;

    /// <summary>Bytes of journal that a group may have; 0: there is none, what one hub's disk has no other hub asks for.</summary>
    public virtual long JournalLimit => 0;

    /// <summary>Takes the leases of all subscriptions that nobody else holds, for so long from now on.</summary>
    /// <returns>Those that are this hub's.</returns>
    public virtual IReadOnlyList<string> Lease(RegisterSession session, TimeSpan length) => [];

    /// <summary>Tells the other hubs, with the commit, that there is something to send which this one does not.</summary>
    public virtual void Ring(RegisterSession session)
    {
    }

    /// <summary>Called, on any thread, when another hub rang.</summary>
    public Action? Rung { get; set; }

    /// <summary>What other hubs changed after a number.</summary>
    /// <returns>How far it looked, its own changes included.</returns>
    public virtual (long Through, IReadOnlyList<(long Number, string Kind, string Episode)> Changes) ChangesOfOthers(RegisterSession session, long after, int limit) => (after, []);

    /// <summary>Says that a transaction wrote about so many bytes.</summary>
    public virtual void Wrote(long bytes)
    {
    }

    public abstract void Dispose();
}
