namespace SesameGrpc.Gateway.Configuration;

/// <summary>All settings of the gateway: the configuration section "Sesame". Read once at start; a wrong value stops the start.</summary>
internal sealed class GatewayOptions
{
    /// <summary>Sandbox or Production. The sandbox offers gRPC reflection; production refuses a built-in key ring that it would have to make up.</summary>
    public GatewayMode Mode { get; set; } = GatewayMode.Production;

    /// <summary>Directory of the key ring and, with SQLite, of the database. Default ".sesame".</summary>
    public string DataDirectory { get; set; } = ".sesame";

    /// <summary>Sandbox only: where the process kills itself, for kill tests. Failpoint's name, or "name:count". Empty: nowhere.</summary>
    public string Failpoint { get; set; } = "";

    public ListenerOptions Listeners { get; set; } = new();

    public TlsOptions Tls { get; set; } = new();

    public StorageOptions Storage { get; set; } = new();

    public RedisOptions Redis { get; set; } = new();

    public TokenOptions Tokens { get; set; } = new();

    public LoginOptions Login { get; set; } = new();

    public PersonOptions Persons { get; set; } = new();

    public CallOptions Calls { get; set; } = new();

    public ProgrammeOptions Programmes { get; set; } = new();

    public AuditOptions Audit { get; set; } = new();

    public RailOptions Rail { get; set; } = new();

    public WebhookOptions Webhooks { get; set; } = new();

    public RetentionOptions Retention { get; set; } = new();

    public OnboardingOptions Onboarding { get; set; } = new();

    public KeyOptions Keys { get; set; } = new();
}

/// <summary>The four doors, each "address:port", and the addresses under which the outside reaches two of them.</summary>
internal sealed class ListenerOptions
{
    /// <summary>Partners: mutual TLS, gRPC and the token endpoint. Default 127.0.0.1:7443.</summary>
    public string Partner { get; set; } = "127.0.0.1:7443";

    /// <summary>Everyone: HTTPS without client certificate, metadata, keys and the error reference. Default 127.0.0.1:7444.</summary>
    public string Public { get; set; } = "127.0.0.1:7444";

    /// <summary>Operators: mutual TLS with operator certificates, gRPC. Default 127.0.0.1:7445.</summary>
    public string Operator { get; set; } = "127.0.0.1:7445";

    /// <summary>Health and metrics: plain HTTP, loopback addresses only. Default 127.0.0.1:7446.</summary>
    public string Internal { get; set; } = "127.0.0.1:7446";

    /// <summary>Base URL of the partner listener as partners reach it. Default https://localhost:7443.</summary>
    public string PartnerUrl { get; set; } = "https://localhost:7443";

    /// <summary>Base URL of the public listener; also the issuer of the built-in authorization server. Default https://localhost:7444.</summary>
    public string PublicUrl { get; set; } = "https://localhost:7444";
}

/// <summary>Certificates. Files are read again when they change; a bad new file is logged and the old one stays in use.</summary>
internal sealed class TlsOptions
{
    /// <summary>PEM file: the server's certificate, with its intermediates. Required.</summary>
    public string ServerCertificate { get; set; } = "";

    /// <summary>PEM file: the server's private key. Required.</summary>
    public string ServerKey { get; set; } = "";

    /// <summary>PEM file: the CA certificates that issue partners' client certificates. Required.</summary>
    public string PartnerCa { get; set; } = "";

    /// <summary>PEM file: the CA certificates that issue operators' client certificates. Required.</summary>
    public string OperatorCa { get; set; } = "";

    /// <summary>PEM or DER file: a revocation list of a partner or operator CA (RFC 5280). Empty: none.</summary>
    public string PartnerCrl { get; set; } = "";

    /// <summary>Whether TLS 1.2 is offered beside TLS 1.3. Default false.</summary>
    public bool AllowTls12 { get; set; }

    /// <summary>How often the files are looked at. 1 to 3600 seconds, default 2.</summary>
    public int ReloadSeconds { get; set; } = 2;
}

internal enum StorageProvider
{
    Sqlite = 0,
    PostgreSql = 1,
}

/// <summary>The store of record.</summary>
internal sealed class StorageOptions
{
    /// <summary>Sqlite or PostgreSql. Default Sqlite.</summary>
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;

    /// <summary>ADO.NET connection string. Empty with SQLite: the file gateway.db in the data directory. Required with PostgreSQL.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>How often partners and policies are looked at for changes by other instances. 100 to 5000 ms, default 1000.</summary>
    public int RefreshMilliseconds { get; set; } = 1000;
}

/// <summary>The cache shared by all instances.</summary>
internal sealed class RedisOptions
{
    /// <summary>StackExchange.Redis configuration, single server or cluster. Empty: no shared cache.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>Longest wait for one answer before the store is asked instead. 5 to 1000 ms, default 50.</summary>
    public int TimeoutMilliseconds { get; set; } = 50;

    /// <summary>Lifetime of an entry. 10 to 86400 seconds, default 600.</summary>
    public int LifetimeSeconds { get; set; } = 600;

    /// <summary>How many persons Redis is to hold at a time; it makes room for at least twice as many. The last instance to start decides. 65,536 to 1,000,000,000, default 1,000,000.</summary>
    public int ExpectedPersons { get; set; } = 1_000_000;
}

/// <summary>Access tokens (RFC 9068, bound to certificates by RFC 8705).</summary>
internal sealed class TokenOptions
{
    /// <summary>Issuer URL of an external RFC 8705 authorization server, whose metadata names its keys. Empty: the built-in one.</summary>
    public string ExternalIssuer { get; set; } = "";

    /// <summary>PEM file of CA certificates to trust when reading the external issuer's metadata. Empty: the system's.</summary>
    public string ExternalIssuerCa { get; set; } = "";

    /// <summary>The aud claim that an access token must carry. Default "urn:sesame:gateway".</summary>
    public string Audience { get; set; } = "urn:sesame:gateway";

    /// <summary>Lifetime of built-in access tokens. 60 to 600 seconds, default 600.</summary>
    public int LifetimeSeconds { get; set; } = 600;
}

/// <summary>How persons log in to the pages: an OpenID Connect provider, asked for a code with PKCE.</summary>
internal sealed class LoginOptions
{
    /// <summary>The provider's issuer URL, whose metadata names its endpoints. Empty: in the sandbox, anybody may log in as any sandbox person; in production, nobody can.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The gateway's client_id there. Its redirect address there is Listeners:PublicUrl and "/login/callback". Required with Authority.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>File with the gateway's client secret there, and nothing else. Required with Authority.</summary>
    public string ClientSecretFile { get; set; } = "";

    /// <summary>The claim of the ID token that has the person's id, as score feed and operators write it. Default "sub".</summary>
    public string PersonClaim { get; set; } = "sub";

    /// <summary>PEM file of CA certificates to trust at the provider. Empty: the system's.</summary>
    public string Ca { get; set; } = "";

    public bool IsUpstream => Authority.Length > 0;
}

/// <summary>Persons and their scores.</summary>
internal sealed class PersonOptions
{
    /// <summary>How long a score counts after it was computed. 1 to 3650 days, default 90.</summary>
    public int ScoreValidityDays { get; set; } = 90;

    public TimeSpan ScoreValidity => TimeSpan.FromDays(ScoreValidityDays);

    /// <summary>Longest time that an instance answers from its own memory. 1 to 60 seconds, default 5.</summary>
    public int MemoryLifetimeSeconds { get; set; } = 5;

    /// <summary>Most persons kept in memory. 1,000 to 10,000,000, default 200,000.</summary>
    public int MemoryCapacity { get; set; } = 200_000;

    /// <summary>Most consents kept in memory. 1,000 to 10,000,000, default 200,000.</summary>
    public int ConsentCapacity { get; set; } = 200_000;
}

/// <summary>Bounds on calls.</summary>
internal sealed class CallOptions
{
    /// <summary>Deadline of a call that states none. 1 to 60 seconds, default 5.</summary>
    public int DefaultDeadlineSeconds { get; set; } = 5;

    /// <summary>Most calls of one partner under way on one instance. 1 to 100,000, default 1,000.</summary>
    public int MaxConcurrentCallsPerPartner { get; set; } = 1000;
}

/// <summary>The audit log.</summary>
internal sealed class AuditOptions
{
    /// <summary>
    /// Names the log in its checkpoints and names its key: 1 to 100 characters without spaces and plus signs. It never changes during a log's life. Empty:
    /// the host of Listeners:PublicUrl and "/audit".
    /// </summary>
    public string Origin { get; set; } = "";

    /// <summary>Longest time in which a log that has grown gets no new checkpoint. 100 to 60,000 ms, default 1000.</summary>
    public int CheckpointMilliseconds { get; set; } = 1000;
}

/// <summary>The programmes.</summary>
internal sealed class ProgrammeOptions
{
    /// <summary>
    /// ProtoJSON file of sesame.operator.v1.ProgrammeCatalogue: the first versions of programmes, and the overall limits. Empty: the one that ships. A version that is higher than all stored ones
    /// comes in force at start; one that differs from the stored version of the same number stops the start.
    /// </summary>
    public string File { get; set; } = "";
}

/// <summary>The operator's payment system, which collects what is charged (sesame.rail.v1). Certificate files are read again when they change.</summary>
internal sealed class RailOptions
{
    /// <summary>Base URL of the payment system's RailService. Empty: nothing is collected; instructions wait until there is one.</summary>
    public string Url { get; set; } = "";

    /// <summary>PEM file of CA certificates to trust at the payment system. Empty: the system's.</summary>
    public string Ca { get; set; } = "";

    /// <summary>PEM file: the certificate that the gateway shows to the payment system. Required with Url.</summary>
    public string ClientCertificate { get; set; } = "";

    /// <summary>PEM file: its private key. Required with Url.</summary>
    public string ClientKey { get; set; } = "";

    /// <summary>How long after completion a charge is first collected: the time in which it may still be corrected. 0 to 86400 seconds, default 60.</summary>
    public int CollectAfterSeconds { get; set; } = 60;

    /// <summary>Longest wait for one answer; without one, the same is asked again later. 1 to 60 seconds, default 10.</summary>
    public int TimeoutSeconds { get; set; } = 10;
}

/// <summary>Pushing events to partners.</summary>
internal sealed class WebhookOptions
{
    /// <summary>PEM file of CA certificates to trust at partners' endpoints. Empty: the system's.</summary>
    public string Ca { get; set; } = "";
}

/// <summary>How long things are kept.</summary>
internal sealed class RetentionOptions
{
    /// <summary>How long an entry of the audit log is kept; its hash stays. 1 to 30 years, default 3.</summary>
    public int AuditYears { get; set; } = 3;

    /// <summary>
    /// How long an obligation that was overdue or written off is kept after it has ended. 1 to 10 years, default 5: the Regulation on the Administration of the Credit Reporting
    /// Industry, article 16.
    /// </summary>
    public int AdverseYears { get; set; } = 5;

    /// <summary>How long what a person's row said before it changed is kept, so that decisions that rested on it can be made again. 1 to 3650 days, default 400.</summary>
    public int PersonHistoryDays { get; set; } = 400;

    /// <summary>How often is looked for what has been kept long enough. 1 to 1440 minutes, default 60.</summary>
    public int SweepMinutes { get; set; } = 60;
}

/// <summary>How partners get and renew their certificates.</summary>
internal sealed class OnboardingOptions
{
    /// <summary>PEM file: the CA that issued the gateway's server certificate, told to partners that join. Empty: partners must have it already.</summary>
    public string ServerCa { get; set; } = "";

    /// <summary>PEM file: the CA certificate, one of Tls:PartnerCa, by which the gateway signs partners' certificates. Empty: an operator signs them.</summary>
    public string IssuerCertificate { get; set; } = "";

    /// <summary>PEM file: its private key. Required with IssuerCertificate.</summary>
    public string IssuerKey { get; set; } = "";

    /// <summary>Lifetime of certificates that the gateway signs; none outlives its CA. 1 to 398 days, default 90.</summary>
    public int CertificateDays { get; set; } = 90;
}

/// <summary>How long the gateway's own keys serve that take turns: token signing, and subjects.</summary>
internal sealed class KeyOptions
{
    /// <summary>How long a key is used. 2 seconds to 398 days, default 90 days.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long before its turn a key is in the JWK Set. Twice Storage:RefreshMilliseconds, for every instance to have it, to less than Period; default 14 days.</summary>
    public TimeSpan Announced { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long behind its turn what it has signed is valid. Tokens:LifetimeSeconds to 398 days, default 14 days.</summary>
    public TimeSpan Retained { get; set; } = TimeSpan.FromDays(14);
}
