namespace Rig;

/// <summary>Waiting for the world: polls a condition, with a deadline that only a fault can reach.</summary>
public static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task True(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        var deadline = DateTimeOffset.UtcNow + (patience ?? Patience);
        while (!condition())
        {
            if (DateTimeOffset.UtcNow > deadline) throw new TimeoutException($"it did not come to pass that {what}");
            await Task.Delay(20);
        }
    }

    public static async Task True(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        var deadline = DateTimeOffset.UtcNow + (patience ?? Patience);
        while (!await condition())
        {
            if (DateTimeOffset.UtcNow > deadline) throw new TimeoutException($"it did not come to pass that {what}");
            await Task.Delay(20);
        }
    }
}
