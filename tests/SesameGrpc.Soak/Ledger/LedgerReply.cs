using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// What came back: an answer or a refusal, and its text, in which nothing is left that two equal ledgers may differ in (ids that the gateway makes, and
/// from where a person was read).
/// </summary>
internal sealed record LedgerReply(string Text, IMessage? Answer, string Reason, string? ReplayedFrom)
{
    /// <summary>What of a refusal's metadata the caller acts on.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public DepositWaiver? Waiver => Answer is null ? null : WaiverOf(Answer);

    /// <summary>The call may have taken effect or not; whoever made it sends the same request again.</summary>
    public bool IsUncertain => Reason is "DEADLINE_EXCEEDED" or "STORE_UNAVAILABLE" or "LOST_RACE" or "TOO_MANY_CALLS" or "CANCELLED";

    public bool IsConflict => Reason is "STATE_CONFLICT" or "ALREADY_SETTLED" or "COLLECTION_UNDER_WAY";

    /// <summary>A call that is refused, or a person who is.</summary>
    public bool IsRefusal => Reason.Length > 0 || Answer is GrantDepositWaiverResponse { NotGranted: not null };

    public static LedgerReply OfAnswer(IMessage answer, string? replayedFrom) =>
        new(replayedFrom is null ? TextOf(answer) : Replayed(TextOf(answer), replayedFrom), answer, "", replayedFrom);

    public static LedgerReply OfRefusal(RefusedCall refused) =>
        new(Refusal(refused.Reason, refused.Info.Metadata.Where(pair => pair.Key != "consent_metadata")), null, refused.Reason, null)
        {
            Metadata = refused.Info.Metadata.ToDictionary(StringComparer.Ordinal),
        };

    public static string Refusal(string reason, IEnumerable<KeyValuePair<string, string>> metadata) =>
        $"{reason} {string.Join(' ', metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))}".Trim();

    public static string Replayed(string text, string from) => $"replayed from {from}: {text}";

    public static string TextOf(IMessage answer) =>
        WaiverOf(answer) is { } waiver
            ? TextOf(waiver)
            : answer switch
            {
                GrantDepositWaiverResponse { NotGranted: { } refused } => NotGranted(
                    refused.Decision,
                    refused.Reasons.Select(reason => reason.Reason),
                    refused.PolicyVersion
                ),
                CheckEligibilityResponse told => Checked(
                    told.Decision,
                    told.Reasons.Select(reason => reason.Reason),
                    told.PolicyVersion,
                    told.Terms?.CoveredAmount?.MinorUnits,
                    told.ExpireTime
                ),
                _ => throw new InvalidOperationException($"{answer.Descriptor.Name} has no text."),
            };

    public static string TextOf(DepositWaiver waiver) => new DepositWaiver(waiver) { DepositWaiverId = "", DecisionId = "" }.ToString();

    public static string NotGranted(EligibilityDecision decision, IEnumerable<DecisionReason> reasons, string policyVersion) =>
        $"not granted: {decision} {string.Join(',', reasons)} {policyVersion}";

    public static string Checked(
        EligibilityDecision decision,
        IEnumerable<DecisionReason> reasons,
        string policyVersion,
        long? coveredFen,
        Timestamp expiry
    ) => $"checked: {decision} {string.Join(',', reasons)} {policyVersion} {coveredFen} {expiry}";

    private static DepositWaiver? WaiverOf(IMessage answer) =>
        answer switch
        {
            GrantDepositWaiverResponse granted => granted.DepositWaiver,
            GetDepositWaiverResponse got => got.DepositWaiver,
            ExtendDepositWaiverResponse extended => extended.DepositWaiver,
            CompleteDepositWaiverResponse completed => completed.DepositWaiver,
            CancelDepositWaiverResponse cancelled => cancelled.DepositWaiver,
            CorrectDepositWaiverChargeResponse corrected => corrected.DepositWaiver,
            ReportDepositWaiverPaymentResponse paid => paid.DepositWaiver,
            _ => null,
        };
}
