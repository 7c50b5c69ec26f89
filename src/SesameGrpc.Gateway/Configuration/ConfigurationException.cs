namespace SesameGrpc.Gateway.Configuration;

/// <summary>The configuration is wrong. The message is one line: key, value, allowed range.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
