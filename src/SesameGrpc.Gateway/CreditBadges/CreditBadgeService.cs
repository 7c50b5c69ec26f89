using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Events;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>Issues badges to partners and shows them theirs. What the public is told under a badge is in the leaf of its issue.</summary>
internal sealed class CreditBadgeService(
    ConsentReader consents,
    BadgeChanges changes,
    BadgeStore store,
    BadgeStanding standing,
    BadgeProofs proofs,
    BadgeAddresses addresses,
    DecisionRecord record,
    RequestReplay replay
) : Contracts.Partner.V1.CreditBadgeService.CreditBadgeServiceBase
{
    private const string ResourceKind = "credit_badge";

    public override async Task<IssueCreditBadgeResponse> IssueCreditBadge(IssueCreditBadgeRequest request, ServerCallContext context)
    {
        var (call, partner) = (context.Call(), context.Partner());
        new FieldCheck()
            .Person("subject", request.Subject)
            .Require(BadgeRules.IsProfile(request.Profile), "profile", $"must be 1 to {BadgeRules.LongestProfile} visible ASCII characters")
            .Enforce();

        // Read again under the person's lock. Where there is no consent nothing is locked, but an answer that was given before is found.
        var (person, consent) = await consents.FindForGrantAsync(call, request.Subject, PartnerScopes.CreditBadgeWrite, request.Programme);
        call.Concerns(person);
        Badge? issued = null;
        return await replay.RunAsync(
            context,
            request.RequestId,
            request,
            IssueCreditBadgeResponse.Parser,
            async (transaction, token) =>
            {
                var outcome = await changes.IssueAsync(transaction, partner, consent?.Person, request, token);
                issued = outcome.Badge;
                call.Leaves.Add(EntryOf(call, outcome));
                return AnswerOf(outcome);
            },
            (last, leaves) => Tell(last, leaves, issued, EventType.CreditBadgeIssued)
        );
    }

    public override async Task<GetCreditBadgeResponse> GetCreditBadge(GetCreditBadgeRequest request, ServerCallContext context)
    {
        var reading = TimedId.Is(request.CreditBadgeId) ? await store.FindAsync(request.CreditBadgeId, context.CancellationToken) : null;
        return reading is not null && reading.Badge.Partner == context.Partner().Id
            ? new GetCreditBadgeResponse { CreditBadge = Disclose(context.Call(), reading) }
            : throw new RefusalException(Refuse.NotFound());
    }

    public override async Task<ListCreditBadgesResponse> ListCreditBadges(ListCreditBadgesRequest request, ServerCallContext context)
    {
        new FieldCheck().PageOfIds(request.PageSize, request.PageToken).PersonOrEmpty("subject", request.Subject).Enforce();
        var size = Page.SizeOf(request.PageSize);
        var found = await store.ListOfPartnerAsync(
            context.Partner().Id,
            request.Subject,
            request.PageToken,
            size + 1,
            context.CancellationToken
        );
        var page = Page.Of(found, size, reading => reading.Badge.Id);
        return new ListCreditBadgesResponse
        {
            CreditBadges = { page.Items.Select(reading => Disclose(context.Call(), reading)) },
            NextPageToken = page.NextToken,
        };
    }

    public override Task<RevokeCreditBadgeResponse> RevokeCreditBadge(RevokeCreditBadgeRequest request, ServerCallContext context)
    {
        var call = context.Call();
        new FieldCheck().ExpectedRevision(request.ExpectedRevision).Enforce();
        Badge? revoked = null;
        return replay.RunAsync(
            context,
            request.RequestId,
            request,
            RevokeCreditBadgeResponse.Parser,
            async (transaction, token) =>
            {
                revoked = await changes.RevokeAsync(transaction, call, request, standing.StateOf, token);
                call.Concerns(revoked.Person);
                call.Leaves.Add(EntryOf(call, revoked));
                return new RevokeCreditBadgeResponse { CreditBadge = ToMessage(revoked, CreditBadgeState.Revoked) };
            },
            (last, leaves) => Tell(last, leaves, revoked, EventType.CreditBadgeRevoked)
        );
    }

    private IssueCreditBadgeResponse AnswerOf(BadgeOutcome outcome) =>
        outcome.Badge is { } badge
            ? new IssueCreditBadgeResponse { CreditBadge = ToMessage(badge, CreditBadgeState.Lit), SdJwt = proofs.Of(badge) }
            : new IssueCreditBadgeResponse
            {
                NotIssued = new CreditBadgeNotIssued
                {
                    Decision = outcome.Decision.Outcome,
                    Reasons = { ReasonTexts.Of(outcome.Decision.Reasons) },
                    PolicyVersion = outcome.Programme.PolicyVersion,
                },
            };

    private AuditEntry EntryOf(Call call, BadgeOutcome outcome)
    {
        var entry = outcome.Badge is { } badge ? EntryOf(call, badge) : call.NewAuditEntry();
        outcome.Consent.Describe(entry);
        entry.Decision = outcome.Decision.Outcome;
        entry.DecisionReasons.Add(ReasonTexts.Of(outcome.Decision.Reasons).Select(detail => detail.Reason));
        (entry.Programme, entry.PolicyVersion) = (outcome.Programme.Programme.Id, outcome.Programme.PolicyVersion);
        entry.PersonVersion = outcome.PersonVersion;
        record.Describe(entry, outcome.Micros, amount: null, []);
        entry.DisclosedFields.Add("decision");
        if (outcome.Badge is null)
        {
            entry.Outcome = AuditOutcome.Decided;
        }
        else
        {
            // Told to the partner now, and under the badge to anybody who looks, as long as it is lit.
            entry.DisclosedFields.Add(["band", "public_band"]);
        }

        return entry;
    }

    private static AuditEntry EntryOf(Call call, Badge badge)
    {
        var entry = call.NewAuditEntry(badge.Person);
        (entry.ResourceKind, entry.ResourceId, entry.ResourceRevision) = (ResourceKind, badge.Id, badge.Revision);
        return entry;
    }

    // Under the consent no more is told to the partner than to anybody who looks.
    private CreditBadge Disclose(Call call, BadgeReading reading)
    {
        var (badge, state) = (reading.Badge, standing.StateOf(reading));
        Action<AuditEntry>? ofBand = null;
        if (state == CreditBadgeState.Lit)
        {
            call.Reliances.Add(new Reliance(badge.Person, reading.AsOf));
            ofBand = entry =>
            {
                reading.Consent.Describe(entry);
                entry.DisclosedFields.Add("band");
            };
        }

        call.Discloses(badge.Person, ResourceKind, badge.Id, badge.Revision, ResourceKind, ofBand);
        return ToMessage(badge, state);
    }

    private CreditBadge ToMessage(Badge badge, CreditBadgeState state) =>
        new()
        {
            CreditBadgeId = badge.Id,
            Subject = badge.Subject,
            Site = badge.Site,
            Profile = badge.Profile,
            Programme = badge.Programme,
            State = state,
            AllowedActions = { BadgeRules.ActionsIn(state) },
            Band = state == CreditBadgeState.Lit ? badge.Band : ScoreBand.Unspecified,
            Revision = badge.Revision,
            PolicyVersion = badge.PolicyVersion,
            IssueTime = Instants.ToTimestamp(badge.IssuedMicros),
            RenewTime = Instants.ToTimestamp(badge.RenewedMicros),
            ExpireTime = Instants.ToTimestamp(badge.ExpireMicros),
            EndTime = badge.EndedMicros is { } ended ? Instants.ToTimestamp(ended) : null,
            VerifyUrl = addresses.PageOf(badge.Id),
            ImageUrl = addresses.ImageOf(badge.Id),
        };

    private static void Tell(StatementBatch last, int leaves, Badge? badge, EventType what)
    {
        if (badge is null)
        {
            return;
        }

        var micros = badge.EndedMicros ?? badge.RenewedMicros;
        var told = new Event
        {
            EventId = TimedId.New(micros),
            Type = what,
            EventTime = Instants.ToTimestamp(micros),
            Subject = badge.Subject,
            CreditBadge = new CreditBadgeReference
            {
                CreditBadgeId = badge.Id,
                State = what == EventType.CreditBadgeIssued ? CreditBadgeState.Lit : CreditBadgeState.Revoked,
                Revision = badge.Revision,
            },
        };
        EventStore.Append(last, [new PendingEvent(badge.Partner, badge.Person, told, Leaf: 0)], leaves);
    }
}
