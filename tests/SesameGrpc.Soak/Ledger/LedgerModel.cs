using System.Globalization;
using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Soak.Ledger;

/// <summary>What a decision rests on beside the ledger itself. A score of null: the person is not opted in. Enrolment 0: the partner is not enrolled.</summary>
internal sealed record DecisionFacts(int? Score, int EnrolmentRevision, long? NarrowedFen);

/// <summary>
/// The ledger as its contract describes it, in memory, one call after another; it shares no code with the gateway. It answers with the text that the gateway's reply
/// must have.
/// </summary>
internal sealed class LedgerModel
{
    private readonly Dictionary<string, ModelWaiver> waivers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ModelWaiver>> openOf = new(StringComparer.Ordinal);
    private readonly HashSet<(string Partner, string Order)> orders = [];
    private readonly Dictionary<(string, string, string), (IMessage Body, string Text, long Micros)> requests = [];
    private readonly Dictionary<string, ModelDecision> decisions = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ModelWaiver> Waivers => waivers.Values;

    public ModelWaiver? Find(string id) => waivers.GetValueOrDefault(id);

    /// <summary>Open waivers of a person.</summary>
    public IReadOnlyCollection<ModelWaiver> OpenOf(string person) => openOf.GetValueOrDefault(person) ?? [];

    /// <summary>A decision that the gateway gave; later grants may name it.</summary>
    public void Learn(string partner, CheckEligibilityRequest check, CheckEligibilityResponse told)
    {
        if (told.Decision == EligibilityDecision.Eligible)
        {
            var expiry = told.ExpireTime.ToDateTimeOffset();
            decisions[told.DecisionId] = new(partner, check.Subject, told.PolicyVersion, told.Terms.CoveredAmount.MinorUnits, expiry);
        }
    }

    /// <summary>Runs a call; a grant's waiver gets the id that the gateway gave it.</summary>
    public string Apply(LedgerCall call, DecisionFacts facts, string newId, long nowMicros)
    {
        if (LedgerModelRules.FaultOf(call.Request) is { } fault)
        {
            return fault;
        }

        if (!call.IsMutation)
        {
            return Read(call, facts, nowMicros);
        }

        var key = (call.Partner, call.Method, call.RequestId);
        if (requests.TryGetValue(key, out var earlier))
        {
            return earlier.Body.Equals(call.Request)
                ? LedgerReply.Replayed(
                    earlier.Text,
                    DateTimeOffset
                        .UnixEpoch.AddMicroseconds(earlier.Micros)
                        .ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture)
                )
                : LedgerModelRules.Refusal(
                    "REQUEST_ID_REUSED",
                    ("first_used_time", ModelWaiver.TimeOf(earlier.Micros)!.ToString().Trim('"'))
                );
        }

        var (refusal, text) = call.Request is GrantDepositWaiverRequest grant
            ? Grant(call.Partner, grant, facts, newId, nowMicros)
            : Change(call, nowMicros);
        if (refusal is null)
        {
            requests[key] = (call.Request, text!, nowMicros);
        }

        return refusal ?? text!;
    }

    /// <summary>The clock has moved: with a payment system, what is due is collected, but from persons who decline; what is past its time is overdue.</summary>
    public void Advance(long nowMicros, bool isCollecting)
    {
        foreach (var waiver in openOf.Values.SelectMany(open => open).ToList())
        {
            if (isCollecting && waiver is { IsOpen: true, Collection: CollectionState.Scheduled } && waiver.CollectMicros <= nowMicros)
            {
                if (waiver.Person.EndsWith("-declined", StringComparison.Ordinal))
                {
                    waiver.Collection = CollectionState.Declined;
                }
                else
                {
                    waiver.Revision++;
                    waiver.Settle(SettlementChannel.Collection, nowMicros);
                }
            }

            var due = waiver.State switch
            {
                DepositWaiverState.Active => waiver.DueMicros,
                DepositWaiverState.Settling => waiver.PaymentDueMicros,
                _ => null,
            };
            if (due < nowMicros)
            {
                waiver.Revision++;
                waiver.State = DepositWaiverState.Overdue;
            }

            Close(waiver);
        }
    }

    private string Read(LedgerCall call, DecisionFacts facts, long nowMicros)
    {
        if (call.Request is GetDepositWaiverRequest get)
        {
            return waivers.GetValueOrDefault(get.DepositWaiverId) is { } waiver && waiver.Partner == call.Partner
                ? LedgerReply.TextOf(waiver.ToMessage())
                : LedgerModelRules.NotFound;
        }

        var check = (CheckEligibilityRequest)call.Request;
        if (LedgerModelRules.UnknownFor(check.Programme, facts) is { } unknown)
        {
            return unknown;
        }

        var reason = LedgerModelRules.ReasonAgainst(check.Programme, facts.Score!.Value);
        return LedgerReply.Checked(
            reason is null ? EligibilityDecision.Eligible : EligibilityDecision.NotEligible,
            reason is { } why ? [why] : [],
            LedgerModelRules.PolicyVersion(check.Programme, facts),
            reason is null ? LedgerModelRules.LimitFen(check.Programme, facts) : null,
            ModelWaiver.TimeOf(nowMicros + (5 * 60 * 1_000_000L))!
        );
    }

    private (string? Refusal, string? Text) Grant(
        string partner,
        GrantDepositWaiverRequest request,
        DecisionFacts facts,
        string newId,
        long nowMicros
    )
    {
        if (LedgerModelRules.UnknownFor(request.Programme, facts) is { } unknown)
        {
            return (unknown, null);
        }

        if (orders.Contains((partner, request.OrderId)))
        {
            return (LedgerModelRules.Refusal("ALREADY_EXISTS", ("field", "order_id")), null);
        }

        var policy = LedgerModelRules.PolicyVersion(request.Programme, facts);
        var honoured =
            decisions.GetValueOrDefault(request.DecisionId) is { } decision
            && (decision.Partner, decision.Person, decision.Policy) == (partner, request.Subject, policy)
            && DateTimeOffset.UnixEpoch.AddMicroseconds(nowMicros) < decision.Expiry
                ? decision.LimitFen
                : (long?)null;
        var limit = honoured ?? LedgerModelRules.LimitFen(request.Programme, facts);
        var requested = request.Amount?.MinorUnits ?? limit;
        var reason =
            honoured is null && LedgerModelRules.ReasonAgainst(request.Programme, facts.Score!.Value) is { } tooLow ? tooLow
            : requested > limit && !request.AcceptPartial ? DecisionReason.AmountTooHigh
            : LedgerModelRules.LimitReached(
                OpenOf(request.Subject),
                partner,
                request.Programme,
                facts.Score!.Value,
                Math.Min(requested, limit)
            );
        if (reason is { } refused)
        {
            return (null, LedgerReply.NotGranted(EligibilityDecision.NotEligible, [refused], policy));
        }

        var waiver = LedgerModelRules.Open(partner, request, (requested, Math.Min(requested, limit)), policy, newId, nowMicros);
        waivers[newId] = waiver;
        orders.Add((partner, request.OrderId));
        (openOf.TryGetValue(request.Subject, out var open) ? open : openOf[request.Subject] = []).Add(waiver);
        return (null, LedgerReply.TextOf(waiver.ToMessage()));
    }

    private (string? Refusal, string? Text) Change(LedgerCall call, long nowMicros)
    {
        if (waivers.GetValueOrDefault(call.WaiverId) is not { } waiver || waiver.Partner != call.Partner)
        {
            return (LedgerModelRules.NotFound, null);
        }

        if (LedgerModelChanges.Apply(waiver, call, nowMicros) is { } refusal)
        {
            return (refusal, null);
        }

        waiver.Revision++;
        Close(waiver);
        return (null, LedgerReply.TextOf(waiver.ToMessage()));
    }

    private void Close(ModelWaiver waiver)
    {
        if (!waiver.IsOpen)
        {
            openOf[waiver.Person].Remove(waiver);
        }
    }

    private sealed record ModelDecision(string Partner, string Person, string Policy, long LimitFen, DateTimeOffset Expiry);
}
