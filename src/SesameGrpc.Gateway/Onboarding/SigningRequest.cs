using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>
/// A certificate signing request (PKCS #10, RFC 2986) whose signature proves that the sender has the key. Only the key counts: whom the certificate names, and what it may be used for, the
/// gateway says by itself.
/// </summary>
/// <param name="Der">As it came.</param>
/// <param name="Key">The public key.</param>
/// <param name="KeyHash">SHA-256 of the key's SubjectPublicKeyInfo, 64 lower-case hexadecimal digits: names the request.</param>
internal sealed record SigningRequest(byte[] Der, PublicKey Key, string KeyHash)
{
    public const int LongestText = 16 * 1024;
    private const int LongestDer = 8192;
    private const int ShortestRsa = 2048;
    private const int LongestRsa = 8192;
    private const string Field = "certificate_request";
    private static readonly string?[] Curves = [ECCurve.NamedCurves.nistP256.Oid.Value, ECCurve.NamedCurves.nistP384.Oid.Value];

    /// <summary>Reads the one request of a PEM text; refuses whatever is not one, or not signed by its own key.</summary>
    public static SigningRequest Parse(string pem)
    {
        new FieldCheck()
            .Require(
                PemEncoding.TryFind(pem, out var fields) && pem[fields.Label] is "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST",
                Field,
                "must be one certificate signing request (PKCS #10) in PEM form"
            )
            .Require(pem.Length <= LongestText, Field, $"must be at most {LongestText} characters")
            .Enforce();
        var der = Convert.FromBase64String(pem[fields.Base64Data]);
        var key = KeyOf(der);
        new FieldCheck()
            .Require(der.Length <= LongestDer, Field, $"must be at most {LongestDer} bytes in DER form")
            .Require(IsStrong(key), Field, "must be of a key on P-256 or P-384, or an RSA key of 2048 to 8192 bits")
            .Enforce();
        return new SigningRequest(der, key, HashOf(key));
    }

    public static string HashOf(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    // Loading it verifies its signature.
    private static PublicKey KeyOf(byte[] der)
    {
        try
        {
            var request = CertificateRequest.LoadSigningRequest(
                der,
                HashAlgorithmName.SHA256,
                out var length,
                signerSignaturePadding: RSASignaturePadding.Pkcs1
            );
            return length == der.Length ? request.PublicKey : throw new CryptographicException("Something follows the request.");
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new RefusalException(Refuse.Field(Field, "must be a whole PKCS #10 request, signed by its own key"));
        }
    }

    private static bool IsStrong(PublicKey key)
    {
        try
        {
            using var ecdsa = key.GetECDsaPublicKey();
            using var rsa = key.GetRSAPublicKey();
            return rsa?.KeySize is >= ShortestRsa and <= LongestRsa
                || (ecdsa is not null && Curves.Contains(ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
