using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>The certificates of a run: one authority for all servers and callers, P-256 throughout.</summary>
internal sealed class CallCertificates : IDisposable
{
    public TestAuthority Authority { get; } = new();

    public IReadOnlyList<X509Certificate2> Partners => partners;

    public string Ca => Authority.Certificate.ExportCertificatePem();

    private readonly List<X509Certificate2> partners = [];

    public CallCertificates()
    {
        for (var index = 0; index < CallPersons.CallingPartners; index++)
        {
            partners.Add(Authority.Partner(PartnerId(index)));
        }
    }

    public static string PartnerId(int index) => $"bench-{index}";

    public Caller Caller(int index, string token)
    {
        var (certificate, key) = Pem(partners[index]);
        return new Caller(certificate, key, token);
    }

    public static (string Certificate, string Key) Pem(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        partners.ForEach(partner => partner.Dispose());
        Authority.Dispose();
    }
}
