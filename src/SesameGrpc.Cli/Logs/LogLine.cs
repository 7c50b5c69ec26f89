using System.Text.Json;
using System.Text.Json.Nodes;

namespace SesameGrpc.Cli.Logs;

/// <summary>How grave a line is, as the gateway's log names it.</summary>
internal enum LogLevel
{
    Trace,
    Debug,
    Information,
    Warning,
    Error,
    Critical,
}

/// <summary>One line of the gateway's log: an object of the framework's JSON formatter, or bare text, which the runtime writes when a start fails.</summary>
internal sealed record LogLine(string Raw, JsonObject? Fields)
{
    public static LogLine Parse(string raw)
    {
        try
        {
            return new LogLine(raw, raw.StartsWith('{') ? JsonNode.Parse(raw) as JsonObject : null);
        }
        catch (JsonException)
        {
            return new LogLine(raw, null);
        }
    }

    public DateTimeOffset? Time => DateTimeOffset.TryParse(Text(Fields, "Timestamp"), out var time) ? time : null;

    /// <summary>Bare text is what became of a failed start.</summary>
    public LogLevel Level => Enum.TryParse<LogLevel>(Text(Fields, "LogLevel"), out var level) ? level : LogLevel.Error;

    public string Message => Text(Fields, "Message") ?? Raw;

    public string? Exception => Text(Fields, "Exception");

    /// <summary>A value that the message was made of, such as Method.</summary>
    public string? Value(string name) => Text(Fields?["State"] as JsonObject, name);

    private static string? Text(JsonObject? fields, string name) => fields?[name]?.ToString();
}
