using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.Sandbox;

/// <summary>A refusal for each reason, complete with all that the real one carries, where a developer asks for the reason alone. Its values are samples.</summary>
internal static class ForcedRefusals
{
    private const string Sample = "sandbox";
    private static readonly DateTimeOffset SampleTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Refusal Of(ErrorReason reason) =>
        reason switch
        {
            ErrorReason.FieldInvalid => Refuse.Field(Sample, "was forced to be wrong"),
            ErrorReason.MessageMalformed => Refuse.MessageMalformed(),
            ErrorReason.MessageTooLarge => Refuse.MessageTooLarge(1),
            ErrorReason.DeadlineInvalid => Refuse.DeadlineInvalid(Sample),
            ErrorReason.RequestIdReused => Refuse.RequestIdReused(SampleTime),
            ErrorReason.MethodUnknown => Refuse.MethodUnknown(),
            ErrorReason.EncodingUnsupported => Refuse.EncodingUnsupported(),
            _ => OfCaller(reason)
                ?? OfObject(reason)
                ?? OfGateway(reason)
                ?? throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
        };

    private static Refusal? OfCaller(ErrorReason reason) =>
        reason switch
        {
            ErrorReason.TokenMissing => Refuse.TokenMissing(),
            ErrorReason.TokenInvalid => Refuse.TokenInvalid("it was forced to be wrong"),
            ErrorReason.TokenExpired => Refuse.TokenExpired(SampleTime),
            ErrorReason.TokenNotBound => Refuse.TokenNotBound(),
            ErrorReason.TokenBindingMismatch => Refuse.TokenBindingMismatch(),
            ErrorReason.CertificateUnknown => Refuse.CertificateUnknown("it was forced to be unknown"),
            ErrorReason.CertificateRevoked => Refuse.CertificateRevoked(),
            ErrorReason.InvitationInvalid => Refuse.InvitationInvalid(),
            ErrorReason.TooManyCertificates => Refuse.TooManyCertificates(1),
            ErrorReason.PartnerSuspended => Refuse.PartnerSuspended(),
            ErrorReason.ScopeMissing => Refuse.ScopeMissing(Sample),
            ErrorReason.MethodWithoutPolicy => Refuse.MethodWithoutPolicy(),
            ErrorReason.ProgrammeNotEnrolled => Refuse.ProgrammeNotEnrolled(Sample),
            ErrorReason.TooManyCalls => Refuse.TooManyCalls(1),
            ErrorReason.TooManyWebhookEndpoints => Refuse.TooManyWebhookEndpoints(1),
            _ => null,
        };

    private static Refusal? OfObject(ErrorReason reason) =>
        reason switch
        {
            ErrorReason.ResourceNotFound => Refuse.NotFound(),
            ErrorReason.AlreadyExists => Refuse.AlreadyExists(Sample, "It was forced to be taken."),
            ErrorReason.StateConflict => Refuse.StateConflict("FORCED", "", 1),
            ErrorReason.LostRace => Refuse.LostRace(),
            ErrorReason.AlreadySettled => Refuse.AlreadySettled("PARTNER", SampleTime),
            ErrorReason.CollectionUnderWay => Refuse.CollectionUnderWay(1),
            ErrorReason.ObligationsOpen => Refuse.ObligationsOpen(1),
            ErrorReason.VisitLimitExceeded => Refuse.VisitLimitExceeded(0, 1),
            _ => null,
        };

    private static Refusal? OfGateway(ErrorReason reason) =>
        reason switch
        {
            ErrorReason.StoreUnavailable => Refuse.StoreUnavailable(),
            ErrorReason.IssuerUnavailable => Refuse.IssuerUnavailable(),
            ErrorReason.DeadlineExceeded => Refuse.DeadlineExceeded(TimeSpan.FromSeconds(1)),
            ErrorReason.Cancelled => Refuse.Cancelled(),
            ErrorReason.Internal => Refuse.Internal(),
            _ => null,
        };
}
