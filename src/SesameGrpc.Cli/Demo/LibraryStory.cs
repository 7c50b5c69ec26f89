using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>Two libraries lend without a deposit: one from the programme's own threshold on, one that asks for more.</summary>
internal sealed class LibraryStory(SesameClient province, SesameClient city, KioskScene kiosk)
{
    private const string Programme = "library.card_free";
    private const string NotAgreed = "test-550-noconsent";

    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await CheckAsync(
            province,
            "test-550",
            $"Zhejiang Library asks whether test-550 may borrow without a deposit (programme {Programme}, from 550).",
            refusal: null,
            cancellationToken
        );
        yield return await CheckAsync(
            province,
            "test-549",
            "It asks whether test-549 may, one point below.",
            DecisionReason.ScoreTooLow,
            cancellationToken
        );
        yield return await CheckAsync(
            province,
            "test-900-listed",
            "It asks for test-900-listed, whose score is high, but against whom a court's judgment stands.",
            DecisionReason.CourtListed,
            cancellationToken
        );
        yield return await NotAgreedAsync(cancellationToken);
        yield return await ProgrammeAsync(cancellationToken);
        yield return await CheckAsync(
            city,
            "test-599",
            "It asks whether test-599 may borrow without a deposit.",
            DecisionReason.ScoreTooLow,
            cancellationToken
        );
        yield return await CheckAsync(city, "test-600", "It asks whether test-600 may.", refusal: null, cancellationToken);
        yield return await kiosk.RunAsync(cancellationToken);
    }

    private static async Task<DemoStep> CheckAsync(
        SesameClient library,
        string subject,
        string action,
        DecisionReason? refusal,
        CancellationToken cancellationToken
    )
    {
        var response = await library.Eligibility.CheckEligibilityAsync(
            new CheckEligibilityRequest { Subject = subject, Programme = Programme },
            cancellationToken: cancellationToken
        );
        var decision = MessageJson.Name(response.Decision);
        var isEligible = response.Decision == EligibilityDecision.Eligible;
        return new DemoStep(
            "eligibility",
            action,
            isEligible
                ? $"{decision}: no deposit, up to {response.Terms?.ItemLimit} items, for {response.Terms?.LongestPeriod?.ToTimeSpan().Days} days."
                : $"{decision}. {Display.Reasons(response.Reasons)} The score itself is not told.",
            refusal is { } reason
                ? response.Decision == EligibilityDecision.NotEligible && response.Reasons.Any(detail => detail.Reason == reason)
                : isEligible && response.Terms?.ItemLimit > 0,
            new JsonObject
            {
                ["subject"] = subject,
                ["programme"] = Programme,
                ["decision"] = decision,
                ["reasons"] = StoryFields.Of(response.Reasons),
                ["item_limit"] = response.Terms?.ItemLimit,
                ["policy_version"] = response.PolicyVersion,
            }
        );
    }

    private async Task<DemoStep> NotAgreedAsync(CancellationToken cancellationToken)
    {
        var (code, reason) = ("OK", (string?)null);
        try
        {
            await province.Eligibility.CheckEligibilityAsync(
                new CheckEligibilityRequest { Subject = NotAgreed, Programme = Programme },
                cancellationToken: cancellationToken
            );
        }
        catch (SesameException refused)
        {
            (code, reason) = (ErrorReport.CodeName(refused.StatusCode), refused.ReasonName);
        }

        return new DemoStep(
            "no-consent",
            $"It asks for {NotAgreed}, who has opted in, but has never agreed to be looked up by the library.",
            $"{code} ({reason}): the same answer as for a person who does not exist. The library asks for a deposit, or for the person's consent.",
            code == "NOT_FOUND" && reason == "RESOURCE_NOT_FOUND",
            new JsonObject
            {
                ["subject"] = NotAgreed,
                ["code"] = code,
                ["reason"] = reason,
            }
        );
    }

    private async Task<DemoStep> ProgrammeAsync(CancellationToken cancellationToken)
    {
        var response = await city.Eligibility.GetProgrammeAsync(
            new GetProgrammeRequest { Programme = Programme },
            cancellationToken: cancellationToken
        );
        return new DemoStep(
            "programme",
            "Hangzhou Library lends by the same programme and reads how its enrolment opens it.",
            $"From {response.Programme.MinimumScore}: an enrolment may ask for more than the programme does, never for less.",
            response.Programme.MinimumScore == 600,
            new JsonObject
            {
                ["programme"] = Programme,
                ["minimum_score"] = response.Programme.MinimumScore,
                ["item_limit"] = response.Programme.ItemLimit,
            }
        );
    }
}
