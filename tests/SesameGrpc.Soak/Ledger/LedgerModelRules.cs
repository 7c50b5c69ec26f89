using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>What the contract says about form, eligibility and limits, written down a second time.</summary>
internal static class LedgerModelRules
{
    public const string NotFound = "RESOURCE_NOT_FOUND";

    public static string Refusal(string reason, params (string Key, string Value)[] metadata) =>
        LedgerReply.Refusal(reason, metadata.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));

    public static string Field(string field) => Refusal("FIELD_INVALID", ("fields", field));

    /// <summary>What is wrong with a request whatever the ledger holds.</summary>
    public static string? FaultOf(IMessage request) =>
        request switch
        {
            GrantDepositWaiverRequest { Amount.MinorUnits: <= 0 } => Field("amount.minor_units"),
            CompleteDepositWaiverRequest { Charge: { } charge } => FaultOf(charge),
            CorrectDepositWaiverChargeRequest { Charge: { } charge } => FaultOf(charge),
            _ => null,
        };

    /// <summary>Why there is no decision at all.</summary>
    public static string? UnknownFor(string programme, DecisionFacts facts) =>
        facts.EnrolmentRevision == 0 ? Refusal("PROGRAMME_NOT_ENROLLED", ("programme", programme))
        : facts.Score is null ? NotFound
        : null;

    public static string PolicyVersion(string programme, DecisionFacts facts) => $"{programme}@1.{facts.EnrolmentRevision}";

    public static long LimitFen(string programme, DecisionFacts facts) =>
        Math.Min(LedgerPolicy.Find(programme).AmountFen, facts.NarrowedFen ?? long.MaxValue);

    public static DecisionReason? ReasonAgainst(string programme, int score) =>
        score < LedgerPolicy.Find(programme).MinimumScore ? DecisionReason.ScoreTooLow : null;

    /// <summary>The first limit that another obligation of this amount exceeds.</summary>
    public static DecisionReason? LimitReached(
        IReadOnlyCollection<ModelWaiver> open,
        string partner,
        string programme,
        int score,
        long amountFen
    )
    {
        var figures = LedgerPolicy.Find(programme);
        return Exceeds(open, amountFen, LedgerPolicy.OverallFen(score), LedgerPolicy.OverallCount) ? DecisionReason.OverallLimitReached
            : Exceeds(open.Where(waiver => waiver.Partner == partner), amountFen, figures.Partner.Fen, figures.Partner.Count)
                ? DecisionReason.PartnerLimitReached
            : Exceeds(open.Where(waiver => waiver.Programme == programme), amountFen, figures.Programme.Fen, figures.Programme.Count)
                ? DecisionReason.ProgrammeLimitReached
            : null;
    }

    public static ModelWaiver Open(
        string partner,
        GrantDepositWaiverRequest request,
        (long Requested, long Held) fen,
        string policy,
        string id,
        long nowMicros
    ) =>
        new()
        {
            Id = id,
            Partner = partner,
            Request = request,
            RequestedFen = fen.Requested,
            HeldFen = fen.Held,
            PolicyVersion = policy,
            GrantedMicros = nowMicros,
            DueMicros = LedgerPolicy.Find(request.Programme).LongestPeriod is { } longest
                ? nowMicros + (long)longest.TotalMicroseconds
                : null,
        };

    private static bool Exceeds(IEnumerable<ModelWaiver> open, long amountFen, long? mostFen, int mostCount)
    {
        var (fen, count) = open.Aggregate((Fen: amountFen, Count: 1), (sum, waiver) => (sum.Fen + waiver.HeldFen, sum.Count + 1));
        return fen > (mostFen ?? long.MaxValue) || (mostCount > 0 && count > mostCount);
    }

    private static string? FaultOf(Charge charge) =>
        charge.TotalAmount.MinorUnits
        == charge.Lines.Sum(line => line.Amount.MinorUnits) - charge.Discounts.Sum(discount => discount.Amount.MinorUnits)
            ? null
            : Field("charge.total_amount");
}
