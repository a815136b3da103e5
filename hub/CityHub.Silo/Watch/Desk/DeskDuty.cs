namespace CityHub.Silo.Watch.Desk;

/// <summary>
/// Whether this hub does what is due on the desk (calls on, held back, released): alone it does, of a cluster one silo. Two that both did it for a while would change nothing twice: each
/// action is decided in the register's transaction, by what the episode is then.
/// </summary>
public sealed class DeskDuty
{
    private volatile bool _isOurs = true;

    public bool IsOurs
    {
        get => _isOurs;
        set => _isOurs = value;
    }
}
