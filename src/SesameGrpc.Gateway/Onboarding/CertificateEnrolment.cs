using System.Data.Common;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Onboarding;

/// <summary>Who asks for a certificate. Exactly one is set: the partner that the connection's certificate names, or the invitation that was shown.</summary>
internal sealed record Applicant(string? Partner, byte[]? InvitationId);

/// <summary>
/// Gives partners certificates. Invariant: a key gets one certificate, for one partner; asking again with the same key, also after a lost answer, gets the same one. An invitation serves
/// one key. Request, certificate, the partner's new state and the leaf in the audit log are one transaction.
/// </summary>
internal sealed class CertificateEnrolment(
    CertificateRequestStore store,
    IssuingAuthority authority,
    PartnerDirectory directory,
    Database database,
    AuditEntries entries,
    AuditLog log,
    TimeProvider time
)
{
    /// <summary>Method of its entries in the audit log.</summary>
    public const string Method = "certificates/Request";

    /// <summary>Kind of the resource in entries of the audit log.</summary>
    public const string ResourceKind = "certificate_request";

    /// <summary>Most certificates of a partner that have not ended, requests that wait included.</summary>
    public const int MostPerPartner = 100;

    /// <summary>The key's certificate, DER; null: an operator has to sign it first.</summary>
    public async Task<byte[]?> EnrolAsync(Applicant applicant, SigningRequest request, string callId, CancellationToken cancellationToken)
    {
        var invitation = applicant.InvitationId is { } id ? await store.FindInvitationAsync(id, cancellationToken) : null;
        var partner = applicant.Partner ?? invitation?.Partner ?? throw new RefusalException(Refuse.InvitationInvalid());
        try
        {
            CheckInvitation(applicant, invitation, request);
            if (await store.FindAsync(request.KeyHash, cancellationToken) is { } known)
            {
                return CertificateOf(known, partner);
            }

            var certificate = await database.WriteBatchedAsync(
                (transaction, token) => AddAsync(transaction, partner, applicant, request, callId, token),
                cancellationToken
            );
            await directory.RefreshAsync(CancellationToken.None);
            return certificate;
        }
        catch (RefusalException exception)
        {
            var refused = entries.New($"partner:{partner}", Method, callId);
            refused.Outcome = AuditOutcome.Refused;
            refused.ErrorReason = exception.Refusal.Reason;
            await log.AppendAsync([refused], cancellationToken);
            throw;
        }
    }

    /// <summary>Stores the certificate of a request, with the partner that it makes active. Under the partners' lock.</summary>
    public async Task<StoredRequest> CompleteAsync(
        DbTransaction transaction,
        Partner partner,
        StoredRequest request,
        X509Certificate2 certificate,
        CancellationToken cancellationToken
    )
    {
        var expireMicros = new DateTimeOffset(certificate.NotAfter).ToMicros();
        var complete = request with { Certificate = certificate.RawData, ExpireMicros = expireMicros };
        await CertificateRequestStore.SaveAsync(transaction, complete, cancellationToken);
        await PartnerCertificateStore.AddAsync(
            transaction,
            new PartnerCertificateRow(ClientCertificate.ThumbprintOf(certificate), partner.Partner_, expireMicros),
            cancellationToken
        );
        if (partner.State == PartnerState.Invited)
        {
            partner.State = PartnerState.Active;
            partner.UpdateTime = Timestamp.FromDateTimeOffset(time.GetUtcNow());
            await PartnerStore.SaveAsync(transaction, partner, cancellationToken);
        }

        return complete;
    }

    private async Task<(byte[]? Certificate, StatementBatch Last)> AddAsync(
        DbTransaction transaction,
        string partnerId,
        Applicant applicant,
        SigningRequest request,
        string callId,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var partner = await PartnerStore.LockAsync(transaction, partnerId, cancellationToken);
        if (partner is null or { State: PartnerState.Suspended })
        {
            throw new RefusalException(Refuse.PartnerSuspended());
        }

        new FieldCheck()
            .Require(
                partner.ClientAuthentication == ClientAuthentication.TlsCa,
                "partner",
                "must authenticate by TLS_CA; a certificate that signs itself is replaced by registering another"
            )
            .Enforce();
        await BindInvitationAsync(transaction, partnerId, applicant, request, cancellationToken);
        if (await CertificateRequestStore.CountAsync(transaction, partnerId, now.ToMicros(), cancellationToken) >= MostPerPartner)
        {
            throw new RefusalException(Refuse.TooManyCertificates(MostPerPartner));
        }

        var stored = new StoredRequest(request.KeyHash, partnerId, request.Der, now.ToMicros());
        if (authority.CanSign)
        {
            using var certificate = authority.Issue(partnerId, request.Key, now);
            stored = await CompleteAsync(transaction, partner, stored, certificate, cancellationToken);
        }
        else
        {
            await CertificateRequestStore.SaveAsync(transaction, stored, cancellationToken);
        }

        var entry = entries.New($"partner:{partnerId}", Method, callId);
        entry.Outcome = AuditOutcome.Changed;
        entry.ResourceKind = ResourceKind;
        entry.ResourceId = request.KeyHash;
        var last = new StatementBatch(transaction);
        AuditLog.Append(last, [entry]);
        return (stored.Certificate, last);
    }

    // Looked at again under the lock: of two keys that come with one invitation at the same moment, one is served.
    private async Task BindInvitationAsync(
        DbTransaction transaction,
        string partner,
        Applicant applicant,
        SigningRequest request,
        CancellationToken cancellationToken
    )
    {
        if (applicant.InvitationId is null)
        {
            return;
        }

        var invitation = await CertificateRequestStore.FindInvitationAsync(transaction, partner, cancellationToken);
        CheckInvitation(applicant, invitation, request);
        await CertificateRequestStore.SaveInvitationAsync(transaction, invitation! with { KeyHash = request.KeyHash }, cancellationToken);
    }

    private void CheckInvitation(Applicant applicant, StoredInvitation? invitation, SigningRequest request)
    {
        if (
            applicant.InvitationId is { } id
            && (
                invitation is null
                || !invitation.Id.AsSpan().SequenceEqual(id)
                || invitation.ExpireMicros <= time.NowMicros()
                || (invitation.KeyHash ?? request.KeyHash) != request.KeyHash
            )
        )
        {
            throw new RefusalException(Refuse.InvitationInvalid());
        }
    }

    private byte[]? CertificateOf(StoredRequest known, string partner)
    {
        new FieldCheck()
            .Require(
                known.Partner == partner && !(known.ExpireMicros <= time.NowMicros()),
                "certificate_request",
                "must be of a key that has not been used; make a new one"
            )
            .Enforce();
        return known.Certificate;
    }
}
