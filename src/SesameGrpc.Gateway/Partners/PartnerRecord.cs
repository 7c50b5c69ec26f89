using System.Collections.Frozen;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Partners;

/// <summary>A partner as calls need it: the stored document and look-ups over it. Immutable; the document is never changed.</summary>
internal sealed class PartnerRecord(Partner document, CompiledCatalogue programmes)
{
    public Partner Document { get; } = document;

    public string Id => Document.Partner_;

    /// <summary>The partner as request records and the audit log know it.</summary>
    public string Caller { get; } = $"partner:{document.Partner_}";

    public bool IsActive => Document.State == PartnerState.Active;

    /// <summary>Without a certificate of this gateway yet.</summary>
    public bool IsInvited => Document.State == PartnerState.Invited;

    public FrozenSet<string> Scopes { get; } = document.Scopes.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The programmes that the partner may use. An enrolment in a programme that no longer exists opens nothing.</summary>
    public FrozenDictionary<string, EnrolledProgramme> Programmes { get; } =
        document
            .Enrolments.Where(enrolment => programmes.Find(enrolment.Programme) is not null)
            .ToFrozenDictionary(
                enrolment => enrolment.Programme,
                enrolment => new EnrolledProgramme(
                    programmes.Find(enrolment.Programme)!,
                    enrolment,
                    programmes.FormerOf(enrolment.Programme)
                ),
                StringComparer.Ordinal
            );

    /// <summary>The partner's use of a programme; refuses the call when there is none.</summary>
    public EnrolledProgramme Programme(string id) =>
        Programmes.GetValueOrDefault(id) ?? throw new RefusalException(Refuse.ProgrammeNotEnrolled(id.Length <= 64 ? id : id[..64]));
}
