namespace SesameGrpc.TransparencyLog;

/// <summary>Something of a log does not have its form or does not fit the rest; the message says what and where.</summary>
public sealed class LogFormatException(string message) : Exception(message);
