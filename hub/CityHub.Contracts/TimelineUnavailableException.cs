namespace CityHub.Contracts;

/// <summary>History cannot be read just now: its store is away. What is taken meanwhile waits and is not lost.</summary>
public sealed class TimelineUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
