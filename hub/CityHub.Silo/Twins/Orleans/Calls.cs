using System.Diagnostics.CodeAnalysis;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>Calls to whoever holds a group.</summary>
internal static class Calls
{
    /// <summary>What stood between, or null: it came through.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever stands between silos, the caller tries again or counts it.")]
    public static async Task<Exception?> Tried(Func<Task> call, CancellationToken stopping)
    {
        try
        {
            await call().WaitAsync(stopping);
            return null;
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            return fault;
        }
    }
}
