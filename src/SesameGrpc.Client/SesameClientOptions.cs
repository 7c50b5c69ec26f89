namespace SesameGrpc.Client;

/// <summary>Who a partner is, where the gateway listens, and what proves and checks identities. Section "Sesame" of a configuration.</summary>
public sealed class SesameClientOptions
{
    /// <summary>Name of the section: "Sesame".</summary>
    public const string SectionName = "Sesame";

    /// <summary>Id of the partner; also the OAuth client_id. Required, 1 to 64 characters.</summary>
    public string PartnerId { get; set; } = "";

    /// <summary>
    /// Partner listeners, for example https://gateway.example:7443; at least one. Calls take turns among those of several that answer. dns:///gateway.example:7443
    /// stands for all addresses that the name has.
    /// </summary>
    public IReadOnlyList<Uri> GatewayUrls { get; set; } = [];

    /// <summary>Issuer of access tokens: the public listener, for example https://gateway.example:7444. Required.</summary>
    public Uri? IssuerUrl { get; set; }

    /// <summary>Certificate and key of the partner, and the CA that the gateway's certificate must come from. Required.</summary>
    public ClientCertificateOptions Certificate { get; set; } = new();

    /// <summary>Scopes to ask for, of <see cref="PartnerScopes"/>. Default: none; the issuer then decides.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>Deadline of a unary call that states none, over all of its tries, 1 millisecond to 5 minutes. Default 10 seconds.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often one call is tried again at most, 0 to 10. Default 3. All calls together have a budget on top: a tenth of what succeeds, and 10 in reserve.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>How often the certificate is looked at for a newer one, 1 second to 1 day. Default 30 seconds.</summary>
    public TimeSpan CertificateReloadInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gives the token to send with each call, for example one of a code flow, which stands for a person who was just there. Default: the partner's own tokens, acquired and renewed
    /// by the client.
    /// </summary>
    public Func<CancellationToken, Task<string>>? TokenProvider { get; set; }
}
