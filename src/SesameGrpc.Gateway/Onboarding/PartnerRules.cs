using System.Security.Cryptography.X509Certificates;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>What a partner's document may say. Pure.</summary>
internal static class PartnerRules
{
    private const int MaxRedirectUris = 10;
    private const int MaxBadgeSites = 10;

    /// <summary>Checks the fields that an operator sets.</summary>
    public static void Check(Partner partner, ProgrammeCatalogueSource programmes, GatewayMode mode)
    {
        var check = new FieldCheck()
            .Require(IsPartnerId(partner.Partner_), "partner.partner", "must be 2 to 40 characters of a-z 0-9 -, beginning with a letter")
            .Require(partner.DisplayName.Length is > 0 and <= 100, "partner.display_name", "must be 1 to 100 characters")
            .Require(
                partner.Kind != PartnerKind.Unspecified && Enum.IsDefined(partner.Kind),
                "partner.kind",
                $"must be one of {string.Join(", ", Enum.GetValues<PartnerKind>().Where(kind => kind != PartnerKind.Unspecified))}"
            )
            .Require(partner.RedirectUris.Count <= MaxRedirectUris, "partner.redirect_uris", $"must be at most {MaxRedirectUris}");
        foreach (var uri in partner.RedirectUris)
        {
            check.Require(
                IsRedirectUri(uri, mode),
                "partner.redirect_uris",
                $"\"{Shortened(uri)}\" must be an absolute https URL of at most 500 ASCII characters without a fragment"
            );
        }

        check.Require(partner.BadgeSites.Count <= MaxBadgeSites, "partner.badge_sites", $"must be at most {MaxBadgeSites}");
        foreach (var site in partner.BadgeSites)
        {
            check.Require(
                IsOrigin(site),
                "partner.badge_sites",
                $"\"{Shortened(site)}\" must be an https origin of at most 200 characters: scheme, host in lower case, and port unless it is 443"
            );
        }

        foreach (var scope in partner.Scopes)
        {
            check.Require(
                PartnerScopes.All.Contains(scope),
                "partner.scopes",
                $"\"{Shortened(scope)}\" is none of {string.Join(", ", PartnerScopes.All)}"
            );
            check.Require(
                Minimisation.Allows(partner.Kind, scope),
                "partner.scopes",
                $"\"{Shortened(scope)}\" tells more than a partner of kind {partner.Kind} may know"
            );
        }

        check.Require(
            partner.Enrolments.Select(enrolment => enrolment.Programme).Distinct().Count() == partner.Enrolments.Count,
            "partner.enrolments",
            "must name each programme once"
        );
        foreach (var enrolment in partner.Enrolments)
        {
            CheckEnrolment(enrolment, programmes, check);
        }

        check.Enforce();
    }

    /// <summary>The scopes sorted, new revisions where an enrolment differs from the one before.</summary>
    public static void Normalize(Partner partner, Partner? before)
    {
        var scopes = partner.Scopes.Distinct().Order(StringComparer.Ordinal).ToList();
        partner.Scopes.Clear();
        partner.Scopes.Add(scopes);
        foreach (var enrolment in partner.Enrolments)
        {
            var previous = before?.Enrolments.FirstOrDefault(candidate => candidate.Programme == enrolment.Programme);
            enrolment.Revision = previous?.Revision ?? 0;
            if (previous is null || !previous.Equals(enrolment))
            {
                partner.LastEnrolmentRevisions.TryGetValue(enrolment.Programme, out var last);
                enrolment.Revision = last + 1;
                partner.LastEnrolmentRevisions[enrolment.Programme] = enrolment.Revision;
            }
        }
    }

    public static X509Certificate2 ParseSelfSigned(byte[] der, DateTimeOffset now)
    {
        const string Field = "certificate_der";
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            throw new RefusalException(Refuse.Field(Field, "must be one X.509 certificate in DER form, at most 8192 bytes"));
        }

        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        new FieldCheck()
            .Require(IsSelfSigned(certificate, now), Field, "must be self-signed; certificates of the partner CA need no registration")
            .Require(
                certificate.NotBefore.ToUniversalTime() <= now.UtcDateTime && now.UtcDateTime <= certificate.NotAfter.ToUniversalTime(),
                Field,
                "must be within its validity"
            )
            .Require(rsa?.KeySize >= 2048 || ecdsa?.KeySize >= 256, Field, "must have a key of at least RSA 2048 or P-256")
            .Enforce();
        return certificate;
    }

    // Name and signature: it chains to itself.
    private static bool IsSelfSigned(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData) && chain.Build(certificate);
    }

    public static bool IsPartnerId(string id) =>
        id.Length is >= 2 and <= 40
        && char.IsAsciiLetterLower(id[0])
        && id.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    /// <summary>The id; what cannot be one names nobody, and a store may not even be able to look for it: RESOURCE_NOT_FOUND.</summary>
    public static string RequireId(string id) => IsPartnerId(id) ? id : throw new RefusalException(Refuse.NotFound());

    /// <summary>Whether it is written as thumbprints and hashes of keys are: 64 lower-case hexadecimal digits.</summary>
    public static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    // RFC 8252 section 7.3 allows http to the loopback interface.
    private static bool IsRedirectUri(string uri, GatewayMode mode) =>
        uri.Length <= 500
        && !uri.Contains('#')
        && uri.All(character => character is > ' ' and <= '~')
        && Uri.TryCreate(uri, UriKind.Absolute, out var parsed)
        && parsed.UserInfo.Length == 0
        && (
            parsed.Scheme == Uri.UriSchemeHttps || (mode == GatewayMode.Sandbox && parsed.Scheme == Uri.UriSchemeHttp && parsed.IsLoopback)
        );

    // RFC 6454 section 6.2: what browsers send as Origin, so that equal sites are equal texts.
    private static bool IsOrigin(string site) =>
        site.Length <= 200
        && Uri.TryCreate(site, UriKind.Absolute, out var parsed)
        && parsed.Scheme == Uri.UriSchemeHttps
        && parsed.UserInfo.Length == 0
        && site == $"https://{parsed.IdnHost}{(parsed.IsDefaultPort ? "" : $":{parsed.Port}")}";

    private static void CheckEnrolment(Enrolment enrolment, ProgrammeCatalogueSource programmes, FieldCheck check)
    {
        var field = $"partner.enrolments[{Shortened(enrolment.Programme)}]";
        if (programmes.Current.Find(enrolment.Programme) is not { } programme)
        {
            check.Require(false, field, "names no programme; ProgrammeAdminService.ListProgrammes lists them");
            return;
        }

        check.Require(
            enrolment.MinimumScore == 0
                || (enrolment.MinimumScore is >= 350 and <= 950 && enrolment.MinimumScore >= programme.MinimumScore),
            $"{field}.minimum_score",
            $"must be 0 or from {Math.Max(programme.MinimumScore, 350)} to 950; an enrolment may only narrow the programme"
        );
        var limit = programme.Document.Terms?.AmountLimit;
        check.Require(
            enrolment.AmountLimit is null
                || (
                    limit is not null
                    && enrolment.AmountLimit.CurrencyCode == limit.CurrencyCode
                    && enrolment.AmountLimit.MinorUnits > 0
                    && enrolment.AmountLimit.MinorUnits <= limit.MinorUnits
                ),
            $"{field}.amount_limit",
            limit is null
                ? "must be absent; the programme has no amount"
                : $"must be above 0 and at most {limit.MinorUnits} {limit.CurrencyCode} minor units"
        );
        var mostItems = programme.Document.Terms?.ItemLimit ?? 0;
        check.Require(
            enrolment.ItemLimit >= 0 && (mostItems == 0 || enrolment.ItemLimit <= mostItems),
            $"{field}.item_limit",
            mostItems == 0 ? "must not be negative" : $"must be 0 to {mostItems}; an enrolment may only narrow the programme"
        );
        if (enrolment.DailyClose is { } closing)
        {
            check.Require(
                programme.Document.Kind == ProgrammeKind.DeferredPayment,
                $"{field}.daily_close",
                "must be absent; the programme does not defer payment"
            );
            if (DailyClock.FaultOf(closing) is { } wrong)
            {
                check.Require(false, $"{field}.daily_close", wrong);
            }
        }

        if (enrolment.Condition is not null && ConditionCompiler.FaultOf(enrolment.Condition) is { } fault)
        {
            check.Require(false, $"{field}.condition", fault);
        }
    }

    private static string Shortened(string text) => text.Length <= 64 ? text : text[..64];
}
