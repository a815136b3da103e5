using System.Globalization;
using Microsoft.Extensions.Logging;

namespace SensorNode;

/// <summary>Logs to the console, one line an event: stamp, level, class, text. What the library's console brings along costs a small node 3 MB.</summary>
internal sealed class ConsoleLog(TimeProvider time, LogLevel least = LogLevel.Information) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Lines(time, least, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one way to log on a node.");

    public void Dispose()
    {
        // The console is nobody's to close.
    }

    private sealed class Lines(TimeProvider time, LogLevel least, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var at = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            var text = formatter(state, exception);
            try
            {
                Console.Out.WriteLine($"{at} {Word(logLevel)} {name}: {text}{(exception is null ? "" : $" | {exception}")}".ReplaceLineEndings(" "));
            }
            catch (IOException)
            {
                // The log's disk is full, or its reader is gone: no reason to stop measuring. What matters is counted too.
            }
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            LogLevel.Critical => "crit",
            LogLevel.Trace or LogLevel.Debug or LogLevel.Information or LogLevel.None => "info",
        };
    }
}
