using System.Data.Common;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.CreditScores;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Consent = SesameGrpc.Gateway.Consents.Consent;

namespace SesameGrpc.Gateway.CreditBadges;

/// <summary>What came of a request for a badge.</summary>
/// <param name="Badge">The badge; null: none is issued.</param>
/// <param name="Decision">The decision on the person.</param>
/// <param name="Programme">The programme that it was decided by.</param>
/// <param name="Consent">The consent that it rests on.</param>
/// <param name="PersonVersion">Version of the person's row that was decided on.</param>
/// <param name="Micros">The moment that was decided for.</param>
internal sealed record BadgeOutcome(
    Badge? Badge,
    Decision Decision,
    EnrolledProgramme Programme,
    Consent Consent,
    long PersonVersion,
    long Micros
);

/// <summary>Issues, renews and revokes badges, inside the transaction of the request, under the person's lock.</summary>
internal sealed class BadgeChanges(PersonStore persons, GatewayOptions options, TimeProvider time)
{
    private const string Insert = """
        INSERT INTO credit_badges (badge_id, partner_id, person_id, consent_id, subject, programme, site, profile, band, policy_version, revision,
            proof_number, issued_us, renewed_us, expire_us)
        VALUES (@id, @partner, @person, @consent, @subject, @programme, @site, @profile, @band, @policy, @revision, @proof, @issued, @renewed, @expire)
        ON CONFLICT DO NOTHING
        """;

    private const string Update = """
        UPDATE credit_badges SET consent_id = @consent, programme = @programme, band = @band, policy_version = @policy, revision = @revision,
            proof_number = @proof, renewed_us = @renewed, expire_us = @expire
        WHERE badge_id = @id
        """;

    private readonly TimeSpan validity = options.Persons.ScoreValidity;

    /// <summary>Issues or renews the badge of a profile; the person is the internal id, null where the partner may not know of any. RESOURCE_NOT_FOUND where no consent covers it.</summary>
    public async Task<BadgeOutcome> IssueAsync(
        DbTransaction transaction,
        PartnerRecord partner,
        string? personId,
        IssueCreditBadgeRequest request,
        CancellationToken cancellationToken
    )
    {
        var programme = ProgrammeOf(partner, request);
        var person = personId ?? throw new RefusalException(Refuse.NotFound());
        var row = await persons.LockAsync(transaction, person, cancellationToken);
        var live = await transaction
            .Command(ConsentStore.FindLive, ("partner", partner.Id), ("person", person))
            .ListAsync(Consent.Map, cancellationToken);
        var now = time.NowMicros();
        if (
            row is not { OptedIn: true }
            || live.SingleOrDefault() is not { } consent
            || !consent.Covers(PartnerScopes.CreditBadgeWrite, programme.Programme.Id, now)
        )
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var decision = BadgeRules.Decide(programme, row.Person, now, validity);
        var former = await FindOfProfileAsync(transaction, partner.Id, request, cancellationToken);
        if (former is not null && former.Person != person)
        {
            throw new RefusalException(ProfileTaken());
        }

        if (decision.Outcome != EligibilityDecision.Eligible)
        {
            return new BadgeOutcome(null, decision, programme, consent, row.Person.Version, now);
        }

        var badge = new Badge
        {
            Id = former?.Id ?? TimedId.New(now),
            Partner = partner.Id,
            Person = person,
            Consent = consent.Id,
            Subject = consent.Subject,
            Programme = programme.Programme.Id,
            Site = request.Site,
            Profile = request.Profile,
            Band = ScoreBands.Of(row.Person.ServedScore),
            PolicyVersion = programme.PolicyVersion,
            Revision = (former?.Revision ?? 0) + 1,
            ProofNumber = await NextProofAsync(transaction, cancellationToken),
            IssuedMicros = former?.IssuedMicros ?? now,
            RenewedMicros = now,
            ExpireMicros = BadgeRules.ExpiryOf(consent, row.Person, now, validity),
        };

        // Two persons' badges for one profile may be on their way at once; the second waits for the first's row here, and then finds it.
        return await WriteAsync(transaction, former is null ? Insert : Update, badge, cancellationToken) == 1
            ? new BadgeOutcome(badge, decision, programme, consent, row.Person.Version, now)
            : throw new RefusalException(ProfileTaken());
    }

    /// <summary>Ends a badge of the partner for good.</summary>
    public async Task<Badge> RevokeAsync(
        DbTransaction transaction,
        Call call,
        RevokeCreditBadgeRequest request,
        Func<BadgeReading, CreditBadgeState> stateOf,
        CancellationToken cancellationToken
    )
    {
        var reading = TimedId.Is(request.CreditBadgeId)
            ? await BadgeStore.LockAsync(transaction, persons, call.Partner!.Id, request.CreditBadgeId, cancellationToken)
            : null;
        if (reading is null || !call.MayConcern(reading.Badge.Subject))
        {
            throw new RefusalException(Refuse.NotFound());
        }

        var (badge, state) = (reading.Badge, stateOf(reading));
        if (state == CreditBadgeState.Revoked || (request.ExpectedRevision != 0 && request.ExpectedRevision != badge.Revision))
        {
            throw new RefusalException(Refuse.StateConflict(state, BadgeRules.ActionsIn(state), badge.Revision));
        }

        var ended = badge with { EndedMicros = time.NowMicros(), Revision = badge.Revision + 1 };
        await transaction
            .Command(
                "UPDATE credit_badges SET ended_us = @ended, revision = @revision WHERE badge_id = @id",
                ("ended", ended.EndedMicros),
                ("revision", ended.Revision),
                ("id", ended.Id)
            )
            .ExecuteAsync(cancellationToken);
        return ended;
    }

    private static EnrolledProgramme ProgrammeOf(PartnerRecord partner, IssueCreditBadgeRequest request)
    {
        var programme = partner.Programme(request.Programme);
        new FieldCheck()
            .Require(
                programme.Programme.Document.Kind == ProgrammeKind.Badge,
                "programme",
                "must be a programme of badges; this one is not"
            )
            .Require(
                partner.Document.BadgeSites.Contains(request.Site),
                "site",
                $"must be a site that is registered for the partner: {string.Join(", ", partner.Document.BadgeSites)}"
            )
            .Enforce();
        return programme;
    }

    private static async Task<Badge?> FindOfProfileAsync(
        DbTransaction transaction,
        string partner,
        IssueCreditBadgeRequest request,
        CancellationToken cancellationToken
    )
    {
        var found = await transaction
            .Command(
                $"""
                SELECT {Badge.Columns} FROM credit_badges b
                WHERE b.partner_id = @partner AND b.site = @site AND b.profile = @profile AND b.ended_us IS NULL
                """,
                ("partner", partner),
                ("site", request.Site),
                ("profile", request.Profile)
            )
            .ListAsync(row => Badge.Map(row, 0), cancellationToken);
        return found.SingleOrDefault();
    }

    private static async Task<long> NextProofAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Command("UPDATE badge_proofs SET made = made + 1 WHERE id = 1 RETURNING made").ScalarInt64Async(cancellationToken)
            - 1
        ?? throw new InvalidOperationException("Proofs are not counted.");

    private static Task<int> WriteAsync(DbTransaction transaction, string sql, Badge badge, CancellationToken cancellationToken) =>
        transaction
            .Command(
                sql,
                ("id", badge.Id),
                ("partner", badge.Partner),
                ("person", badge.Person),
                ("consent", badge.Consent),
                ("subject", badge.Subject),
                ("programme", badge.Programme),
                ("site", badge.Site),
                ("profile", badge.Profile),
                ("band", (int)badge.Band),
                ("policy", badge.PolicyVersion),
                ("revision", badge.Revision),
                ("proof", badge.ProofNumber),
                ("issued", badge.IssuedMicros),
                ("renewed", badge.RenewedMicros),
                ("expire", badge.ExpireMicros)
            )
            .ExecuteAsync(cancellationToken);

    private static Refusal ProfileTaken() =>
        Refuse.AlreadyExists("profile", "The profile has a badge of another person; revoke that one first.");
}
