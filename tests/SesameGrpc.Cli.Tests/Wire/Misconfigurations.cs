namespace SesameGrpc.Cli.Tests.Wire;

/// <summary>One thing that is wrong, the check of `sesame doctor` that must be the first to say so, and a word of its fix.</summary>
internal sealed record Misconfiguration(string Name, string Check, string Fix, Func<Workshop, Task<string[]>> SeedAsync)
{
    public Misconfiguration(string name, string check, string fix, Func<Workshop, string[]> seed)
        : this(name, check, fix, workshop => Task.FromResult(seed(workshop))) { }

    // csharpier-ignore
    public static readonly Misconfiguration[] All =
    [
        new("certificate not there", "certificate file", "--certificate", _ => ["--partner", "nobody"]),
        new("key for certificate", "certificate file", "BEGIN CERTIFICATE", w => ["--certificate", w.Key("hello-bike")]),
        new("key not there", "key file", "--key", _ => ["--key", "no-such-file.pem"]),
        new("key encrypted", "key file", "openssl pkey", w => ["--key", w.EncryptedKey()]),
        new("certificate for key", "key file", "BEGIN PRIVATE KEY", w => ["--key", w.Certificate("hello-bike")]),
        new("key of another", "key fits", "new certificate", w => ["--key", w.Key("huashan-hospital")]),
        new("expired", "validity", "new certificate", w => w.MintFrom(-200)),
        new("not yet valid", "validity", "clock", w => w.MintFrom(10)),
        new("certificate of a server", "usage", "clientAuth", w => ["--certificate", w.Path("server.pem"), "--key", w.Path("server.key.pem")]),
        new("certificate of another partner", "identity", "--partner huashan-hospital", w => ["--certificate", w.Certificate("huashan-hospital"), "--key", w.Key("huashan-hospital")]),
        new("certificate of the operator", "identity", "--certificate", w => ["--certificate", w.Path("operator.pem"), "--key", w.Path("operator.key.pem")]),
        new("certificate that names nobody", "identity", "operator", w => w.MintNaming("urn:other:thing")),
        new("certificate of two partners", "identity", "operator", w => w.MintNaming("urn:sesame:partner:hello-bike", "urn:sesame:partner:other")),
        new("ca not there", "ca file", "--ca", _ => ["--ca", "no-such-file.pem"]),
        new("ca file without certificate", "ca file", "--ca", w => ["--ca", w.Key("hello-bike")]),
        new("name without address", "name", "--gateway", _ => ["--gateway", "https://gateway.invalid:7443"]),
        new("port closed", "port", "--gateway", _ => ["--gateway", "https://localhost:1"]),
        new("issuer's port closed", "port", "--issuer", _ => ["--issuer", "https://localhost:1"]),
        new("plain HTTP", "tls", "7443", w => ["--gateway", w.InternalAsHttps]),
        new("another CA", "server ca", "--ca", w => ["--ca", w.OtherCa()]),
        new("name not in the certificate", "server name", "name of its certificate", w => ["--gateway", w.RelayUnderAnotherName()]),
        new("something that opens TLS", "http2", "pass TLS on", w => ["--gateway", w.Http1Server()]),
        new("another listener", "gateway", "7443", w => ["--gateway", w.PublicUrl]),
        new("the operator's listener", "gateway", "certificate", w => ["--gateway", w.OperatorUrl]),
        new("partner unknown", "gateway", "certificate", w => [.. w.MintNaming("urn:sesame:partner:newcomer"), "--partner", "newcomer"]),
        new("partner suspended", "gateway", "sesame partner resume", w => w.SuspendedPartnerAsync()),
        new("no issuer there", "issuer", "--issuer", w => ["--issuer", w.PartnerUrl]),
        new("issuer by another name", "issuer", "--issuer https://localhost", w => ["--issuer", w.PublicUrl.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)]),
        new("scope not given", "token", "scopes", _ => ["--scope", "score.dimensions.read"]),
        new("token of another certificate", "token binding", "certificate that you call with", w => w.TokenOfAnotherAsync()),
        new("token that is none", "token binding", "mutual TLS", _ => ["--token", "nonsense"]),
    ];
}
