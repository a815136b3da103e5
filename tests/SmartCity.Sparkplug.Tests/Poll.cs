namespace SmartCity.Sparkplug.Tests;

/// <summary>The one wait on real processes: polls a condition, and fails when it does not come true within 30 s.</summary>
internal static class Poll
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task Until(Func<bool> condition, string what)
    {
        var end = TimeProvider.System.GetUtcNow() + Deadline;
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < end, $"Waited {Deadline.TotalSeconds} s in vain for {what}.");
            await Task.Delay(20);
        }
    }
}
