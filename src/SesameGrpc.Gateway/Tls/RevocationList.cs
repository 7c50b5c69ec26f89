using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Gateway.Tls;

/// <summary>A certificate revocation list (RFC 5280 section 5) whose signature has been verified against its issuer.</summary>
internal sealed class RevocationList
{
    private readonly HashSet<BigInteger> serials;
    private readonly byte[] issuer;

    private RevocationList(byte[] issuer, HashSet<BigInteger> serials, DateTimeOffset? nextUpdate)
    {
        this.issuer = issuer;
        this.serials = serials;
        NextUpdate = nextUpdate;
    }

    public DateTimeOffset? NextUpdate { get; }

    public int Count => serials.Count;

    public bool Revokes(X509Certificate2 certificate) =>
        issuer.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
        && serials.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true));

    /// <summary>Reads every list of a PEM file, or the one of a DER file; throws CryptographicException for a list that none of the issuers signed.</summary>
    public static IReadOnlyList<RevocationList> Read(byte[] file, X509Certificate2Collection issuers)
    {
        var text = System.Text.Encoding.ASCII.GetString(file);
        if (!text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            return [ReadDer(file, issuers)];
        }

        var lists = new List<RevocationList>();
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (rest[fields.Label] is "X509 CRL")
            {
                lists.Add(ReadDer(Convert.FromBase64String(rest[fields.Base64Data].ToString()), issuers));
            }
        }

        // Else a file that is cut off, or another file altogether, would be taken for "nobody is revoked".
        var begun = text.Split("-----BEGIN X509 CRL-----").Length - 1;
        return lists.Count > 0 && lists.Count == begun
            ? lists
            : throw new CryptographicException("The file has no revocation list, or not the whole of one.");
    }

    private static RevocationList ReadDer(byte[] der, X509Certificate2Collection issuers)
    {
        try
        {
            var list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            var signedBytes = list.PeekEncodedValue();
            var parsed = ReadSignedPart(list.ReadSequence());
            var algorithm = list.ReadSequence().ReadObjectIdentifier();
            var signature = list.ReadBitString(out _);
            var isSigned = issuers.Any(issuer =>
                issuer.SubjectName.RawData.AsSpan().SequenceEqual(parsed.issuer)
                && MaySignLists(issuer)
                && IsSignedBy(issuer, signedBytes.Span, algorithm, signature)
            );
            return isSigned ? parsed : throw new CryptographicException("No CA certificate of the bundle signed the revocation list.");
        }
        catch (AsnContentException exception)
        {
            throw new CryptographicException("The revocation list is not valid DER.", exception);
        }
    }

    private static RevocationList ReadSignedPart(AsnReader part)
    {
        if (part.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            part.ReadInteger();
        }

        part.ReadSequence();
        var issuerName = part.ReadEncodedValue().ToArray();
        ReadTime(part);
        DateTimeOffset? nextUpdate = part.HasData && IsTime(part.PeekTag()) ? ReadTime(part) : null;
        var revoked = new HashSet<BigInteger>();
        if (part.HasData && part.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            for (var entries = part.ReadSequence(); entries.HasData; )
            {
                revoked.Add(entries.ReadSequence().ReadInteger());
            }
        }

        RefuseCriticalExtensions(part);
        return new RevocationList(issuerName, revoked, nextUpdate);
    }

    // RFC 5280 section 5.2: a list with a critical extension that is not understood (a delta list, one for some reasons or certificates only)
    // must not be used to tell who is revoked.
    private static void RefuseCriticalExtensions(AsnReader part)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (!part.HasData || !part.PeekTag().HasSameClassAndValue(tag))
        {
            return;
        }

        for (var extensions = part.ReadSequence(tag).ReadSequence(); extensions.HasData; )
        {
            var extension = extensions.ReadSequence();
            var id = extension.ReadObjectIdentifier();
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean())
            {
                throw new CryptographicException($"The revocation list has a critical extension, {id}, which is not understood.");
            }
        }
    }

    private static bool IsTime(Asn1Tag tag) =>
        tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader part) =>
        part.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? part.ReadUtcTime() : part.ReadGeneralizedTime();

    private static bool MaySignLists(X509Certificate2 issuer) =>
        issuer.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));

    private static bool IsSignedBy(X509Certificate2 issuer, ReadOnlySpan<byte> signed, string algorithm, byte[] signature)
    {
        using var ecdsa = issuer.GetECDsaPublicKey();
        using var rsa = issuer.GetRSAPublicKey();
        return algorithm switch
        {
            "1.2.840.10045.4.3.2" => ecdsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                == true,
            "1.2.840.10045.4.3.3" => ecdsa?.VerifyData(signed, signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence)
                == true,
            "1.2.840.10045.4.3.4" => ecdsa?.VerifyData(signed, signature, HashAlgorithmName.SHA512, DSASignatureFormat.Rfc3279DerSequence)
                == true,
            "1.2.840.113549.1.1.11" => rsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) == true,
            "1.2.840.113549.1.1.12" => rsa?.VerifyData(signed, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1) == true,
            "1.2.840.113549.1.1.13" => rsa?.VerifyData(signed, signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1) == true,
            _ => false,
        };
    }
}
