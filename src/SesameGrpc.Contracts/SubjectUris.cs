using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace SesameGrpc.Contracts;

/// <summary>Whom a client certificate names: the URIs of its subject alternative name (RFC 5280 section 4.2.1.6).</summary>
public static class SubjectUris
{
    /// <summary>What stands before the id of a partner.</summary>
    public const string PartnerPrefix = "urn:sesame:partner:";

    /// <summary>What stands before the name of an operator.</summary>
    public const string OperatorPrefix = "urn:sesame:operator:";

    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The id after the prefix of the one URI that has it; null when there is none, or more than one.</summary>
    public static string? IdOf(X509Certificate2 certificate, string prefix)
    {
        var ids = Read(certificate).Where(uri => uri.StartsWith(prefix, StringComparison.Ordinal)).Take(2).ToList();
        return ids.Count == 1 && ids[0].Length > prefix.Length ? ids[0][prefix.Length..] : null;
    }

    private static List<string> Read(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        var extension = certificate.Extensions.FirstOrDefault(candidate => candidate.Oid?.Value == "2.5.29.17");
        if (extension is null)
        {
            return uris;
        }

        try
        {
            for (var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); names.HasData; )
            {
                if (names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }

            return uris;
        }
        catch (AsnContentException)
        {
            return [];
        }
    }
}
