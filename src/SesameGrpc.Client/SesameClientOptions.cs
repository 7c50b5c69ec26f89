namespace SesameGrpc.Client;

/// <summary>Who a partner is, where the gateway listens, and which files prove and check identities.</summary>
public sealed record SesameClientOptions
{
    /// <summary>Id of the partner; also the OAuth client_id.</summary>
    public required string PartnerId { get; init; }

    /// <summary>Partner listener, for example https://localhost:7443.</summary>
    public required Uri GatewayUrl { get; init; }

    /// <summary>Issuer of access tokens: the public listener, for example https://localhost:7444.</summary>
    public required Uri IssuerUrl { get; init; }

    /// <summary>Certificate and key of the partner, and the CA that the gateway's certificate must come from.</summary>
    public required ClientCertificateFiles Certificates { get; init; }

    /// <summary>Scopes to ask for. Default: none; the issuer then decides.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Deadline of a unary call that states none. Default 10 seconds.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>PEM files of a mutual TLS client.</summary>
/// <param name="CertificatePath">The client certificate.</param>
/// <param name="KeyPath">Its private key, PKCS #8 or SEC 1, not encrypted.</param>
/// <param name="CaPath">The only roots from which a server certificate is accepted.</param>
public sealed record ClientCertificateFiles(string CertificatePath, string KeyPath, string CaPath);
