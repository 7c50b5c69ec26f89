using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Cli.Certificates;

/// <summary>Whom a certificate names: the URIs of its subject alternative name (RFC 5280 section 4.2.1.6).</summary>
internal static class SubjectUris
{
    public const string PartnerPrefix = "urn:sesame:partner:";
    public const string OperatorPrefix = "urn:sesame:operator:";

    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>What follows the prefix in the first URI that has it; null where none has.</summary>
    public static string? IdOf(X509Certificate2 certificate, string prefix)
    {
        var extension = certificate.Extensions.FirstOrDefault(candidate => candidate.Oid?.Value == "2.5.29.17");
        if (extension is null)
        {
            return null;
        }

        for (var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); names.HasData; )
        {
            if (!names.PeekTag().HasSameClassAndValue(Uri))
            {
                names.ReadEncodedValue();
            }
            else if (
                names.ReadCharacterString(UniversalTagNumber.IA5String, Uri) is var name
                && name.StartsWith(prefix, StringComparison.Ordinal)
            )
            {
                return name[prefix.Length..];
            }
        }

        return null;
    }
}
