using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SesameGrpc.TestSupport;

/// <summary>Keeps the log of a gateway under test. An Error that a test has not declared fails it.</summary>
public sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();
    private readonly List<string> expectedErrors = [];

    public IEnumerable<string> Lines => lines.Select(line => line.Text);

    /// <summary>Declares that an error containing this text is part of the test.</summary>
    public void ExpectError(string containing) => expectedErrors.Add(containing);

    public void ThrowOnUndeclaredErrors()
    {
        var undeclared = lines
            .Where(line =>
                line.Level >= LogLevel.Error && !expectedErrors.Any(expected => line.Text.Contains(expected, StringComparison.Ordinal))
            )
            .ToList();
        if (undeclared.Count > 0)
        {
            throw new InvalidOperationException(
                $"The gateway logged errors that the test did not declare:\n{string.Join('\n', undeclared.Select(line => line.Text))}"
            );
        }
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose() { }

    private sealed class Recorder(LogRecorder owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => owner.lines.Enqueue((logLevel, $"{logLevel} {category}[{eventId.Id}] {formatter(state, exception)} {exception}"));
    }
}
