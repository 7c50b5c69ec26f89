using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>The main job, step by step: a bike-share partner serves a person at the threshold and one who is a point below it.</summary>
internal sealed class BikeStory(SesameClient bike, SesameClient thief)
{
    private const string Programme = "bike.deposit_free";
    private const string AtThreshold = "test-650";
    private const string PointBelow = "test-649";
    private const long DepositFen = 19900;

    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await TokenAsync(cancellationToken);
        yield return await ScoreAsync(cancellationToken);
        yield return await EligibilityAsync(AtThreshold, EligibilityDecision.Eligible, cancellationToken);
        yield return await EligibilityAsync(PointBelow, EligibilityDecision.NotEligible, cancellationToken);

        var ride = Ride(AtThreshold, "ride-1");
        var granted = await bike.DepositWaivers.GrantDepositWaiverAsync(ride, cancellationToken: cancellationToken);
        yield return Granted(granted);
        yield return await ReplayAsync(ride, granted, cancellationToken);
        yield return await RefusedGrantAsync(cancellationToken);
        if (granted.DepositWaiver is { } waiver)
        {
            yield return await CompleteAsync(waiver, cancellationToken);
        }

        yield return await new StolenToken(thief, AtThreshold).RunAsync(cancellationToken);
    }

    private async Task<DemoStep> TokenAsync(CancellationToken cancellationToken)
    {
        var token = await bike.GetAccessTokenAsync(cancellationToken);
        var fields = new JsonObject
        {
            ["token_type"] = token.TokenType,
            ["expires_in"] = token.ExpiresInSeconds,
            ["scope"] = token.Scope,
            ["bound_to"] = token.BoundThumbprint is { } thumbprint ? "x5t#S256=" + thumbprint : null,
        };
        return new DemoStep(
            "token",
            "Hello Bike shows its certificate and asks for an access token.",
            $"It gets a {token.TokenType} token for {token.ExpiresInSeconds} seconds that works with this certificate only ({fields["bound_to"]}).",
            token.BoundThumbprint is not null && token.ExpiresInSeconds is > 0 and <= 600,
            fields
        );
    }

    private async Task<DemoStep> ScoreAsync(CancellationToken cancellationToken)
    {
        var response = await bike.CreditScores.GetCreditScoreAsync(
            new GetCreditScoreRequest { Subject = AtThreshold },
            cancellationToken: cancellationToken
        );
        var score = response.Score ?? new CreditScore();
        var fields = new JsonObject
        {
            ["subject"] = response.Subject,
            ["score"] = score.Score,
            ["band"] = MessageJson.Name(score.Band),
            ["as_of_time"] = MessageJson.Time(score.AsOfTime),
            ["model_version"] = score.ModelVersion,
            ["source"] = MessageJson.Name(response.Source),
        };
        return new DemoStep(
            "score",
            $"It looks up the score of {AtThreshold}, who has opted in.",
            $"{score.Score} on the scale from 350 to 950: band {fields["band"]}, computed {Display.Time(score.AsOfTime)}.",
            score is { Score: 650, Band: ScoreBand.Excellent },
            fields
        );
    }

    private async Task<DemoStep> EligibilityAsync(string subject, EligibilityDecision expected, CancellationToken cancellationToken)
    {
        var response = await bike.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = subject, Programme = Programme },
            cancellationToken: cancellationToken
        );
        var fields = new JsonObject
        {
            ["subject"] = subject,
            ["programme"] = Programme,
            ["decision"] = MessageJson.Name(response.Decision),
            ["reasons"] = StoryFields.Of(response.Reasons),
            ["covered_fen"] = response.Terms?.CoveredAmount?.MinorUnits,
            ["policy_version"] = response.PolicyVersion,
        };
        var isEligible = response.Decision == EligibilityDecision.Eligible;
        return new DemoStep(
            "eligibility",
            $"It asks whether {subject} may ride without a deposit (programme {Programme}, from 650).",
            isEligible
                ? $"{fields["decision"]}: up to {Display.Amount(response.Terms?.CoveredAmount)} need not be paid."
                : $"{fields["decision"]}. {Display.Reasons(response.Reasons)} The score itself is not told.",
            response.Decision == expected && (isEligible || response.Reasons.Any(detail => detail.Reason == DecisionReason.ScoreTooLow)),
            fields
        );
    }

    private static DemoStep Granted(GrantDepositWaiverResponse response)
    {
        var waiver = response.DepositWaiver ?? new DepositWaiver();
        return new DemoStep(
            "grant",
            $"{AtThreshold} takes a bike: it asks for the deposit to be waived (order ride-1).",
            $"{MessageJson.Name(waiver.State)}: {Display.Amount(waiver.WaivedAmount)} are waived and held against the person's limits. "
                + $"Next it may: {string.Join(", ", waiver.AllowedActions.Select(action => MessageJson.Name(action)))}.",
            waiver is { State: DepositWaiverState.Active, WaivedAmount.MinorUnits: DepositFen },
            StoryFields.Of(waiver)
        );
    }

    private async Task<DemoStep> ReplayAsync(
        GrantDepositWaiverRequest ride,
        GrantDepositWaiverResponse first,
        CancellationToken cancellationToken
    )
    {
        var call = bike.DepositWaivers.GrantDepositWaiverAsync(ride, cancellationToken: cancellationToken);
        var again = await call;
        var replayedFrom = call.ReplayedFrom?.ToString("yyyy-MM-ddTHH:mm:ssZ");
        var fields = StoryFields.Of(again.DepositWaiver ?? new DepositWaiver());
        fields["replayed"] = replayedFrom is not null;
        fields["replayed_from"] = replayedFrom;
        return new DemoStep(
            "replay",
            "The network hiccups, so it sends the very same request again, with the same request id.",
            $"The first answer comes back, marked as a repeat of {replayedFrom}. Nothing is granted twice.",
            replayedFrom is not null && again.Equals(first),
            fields
        );
    }

    private async Task<DemoStep> RefusedGrantAsync(CancellationToken cancellationToken)
    {
        var response = await bike.DepositWaivers.GrantDepositWaiverAsync(Ride(PointBelow, "ride-2"), cancellationToken: cancellationToken);
        var reasons = response.NotGranted?.Reasons ?? [];
        var state = response.NotGranted is null ? MessageJson.Name(response.DepositWaiver.State) : "NOT_GRANTED";
        return new DemoStep(
            "grant",
            $"{PointBelow}, one point below, wants a bike too (order ride-2).",
            $"{state}. {Display.Reasons(reasons)} Nothing is held; Hello Bike asks for its deposit as before.",
            reasons.Any(detail => detail.Reason == DecisionReason.ScoreTooLow),
            new JsonObject
            {
                ["subject"] = PointBelow,
                ["programme"] = Programme,
                ["order_id"] = "ride-2",
                ["state"] = state,
                ["reasons"] = StoryFields.Of(reasons),
            }
        );
    }

    private async Task<DemoStep> CompleteAsync(DepositWaiver waiver, CancellationToken cancellationToken)
    {
        var request = new CompleteDepositWaiverRequest { RequestId = Guid.NewGuid().ToString(), DepositWaiverId = waiver.DepositWaiverId };
        var response = await bike.DepositWaivers.CompleteDepositWaiverAsync(request, cancellationToken: cancellationToken);
        return new DemoStep(
            "complete",
            $"{AtThreshold} brings the bike back and owes nothing.",
            $"{MessageJson.Name(response.DepositWaiver.State)}: the hold ends, and the person's limits are free again.",
            response.DepositWaiver.State == DepositWaiverState.Released,
            StoryFields.Of(response.DepositWaiver)
        );
    }

    private static GrantDepositWaiverRequest Ride(string subject, string orderId) =>
        new()
        {
            RequestId = Guid.NewGuid().ToString(),
            OrderId = orderId,
            Subject = subject,
            Programme = Programme,
            Amount = new Money { CurrencyCode = "CNY", MinorUnits = DepositFen },
        };
}
