namespace SesameGrpc.Client;

/// <summary>A failure before a call was made: no usable metadata, or no token.</summary>
public sealed class SesameException : Exception
{
    /// <summary>Makes a failure with a reason for machines and a message for people.</summary>
    public SesameException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>OAuth error code, or ISSUER_METADATA_INVALID.</summary>
    public string Reason { get; }
}

/// <summary>Nobody answered at an address, or the TLS handshake was refused.</summary>
public sealed class SesameUnreachableException : Exception
{
    /// <summary>Makes a failure that names the address and keeps the cause.</summary>
    public SesameUnreachableException(Uri address, Exception? cause)
        : base($"{address} does not answer: {Innermost(cause)}", cause) => Address = address;

    /// <summary>The address that was tried.</summary>
    public Uri Address { get; }

    private static string Innermost(Exception? cause) => cause?.GetBaseException().Message ?? "no connection";
}
