namespace Rig;

/// <summary>Waiting for the world: polls a condition, with a deadline that only a fault can reach.</summary>
public static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task True(Func<bool> condition, string what, TimeSpan? patience = null) => True(condition, () => what, patience);

    public static Task True(Func<Task<bool>> condition, string what, TimeSpan? patience = null) => True(condition, () => what, patience);

    /// <param name="what">Asked when the patience is over: what was waited for, and how far it came.</param>
    public static Task True(Func<bool> condition, Func<string> what, TimeSpan? patience = null) => True(() => Task.FromResult(condition()), what, patience);

    /// <inheritdoc cref="True(Func{bool}, Func{string}, TimeSpan?)"/>
    public static async Task True(Func<Task<bool>> condition, Func<string> what, TimeSpan? patience = null)
    {
        var deadline = DateTimeOffset.UtcNow + (patience ?? Patience);
        while (!await condition())
        {
            if (DateTimeOffset.UtcNow > deadline) throw new TimeoutException($"it did not come to pass that {what()}");
            await Task.Delay(20);
        }
    }
}
