namespace SesameGrpc.SandboxRail;

/// <summary>All settings of the sandbox's payment system: the configuration section "SandboxRail".</summary>
internal sealed class RailHostOptions
{
    /// <summary>Loopback port of the one listener: mutual TLS, gRPC. Default 7447.</summary>
    public int Port { get; set; } = 7447;

    /// <summary>PEM file: the server's certificate. Required.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file: the server's private key. Required.</summary>
    public string Key { get; set; } = "";

    /// <summary>PEM file: the CA certificates that issue gateways' client certificates. Required.</summary>
    public string ClientCa { get; set; } = "";

    /// <summary>File of the journal; made when it is missing. Required.</summary>
    public string Journal { get; set; } = "";
}

/// <summary>A setting is wrong. The message is one line: key, value, what is allowed.</summary>
internal sealed class RailConfigurationException(string message) : Exception(message);
