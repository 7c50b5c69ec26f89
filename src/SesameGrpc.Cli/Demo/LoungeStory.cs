using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>A station's lounge opens by the score and one of two facts about the traveller, which the railway states.</summary>
internal sealed class LoungeStory(SesameClient railway)
{
    private const string Programme = "rail.lounge";
    private const string Ticket = "ticket_class";
    private const string Status = "member_status";

    public async IAsyncEnumerable<DemoStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await CheckAsync(
            "test-650",
            "A traveller with a first-class ticket asks for the lounge (programme rail.lounge, from 650).",
            EligibilityDecision.Eligible,
            cancellationToken,
            (Ticket, "first")
        );
        yield return await CheckAsync(
            "test-650",
            "Another travels second class, but has platinum status.",
            EligibilityDecision.Eligible,
            cancellationToken,
            (Ticket, "second"),
            (Status, "platinum")
        );
        yield return await CheckAsync(
            "test-650",
            "A third travels second class and has gold status.",
            EligibilityDecision.NotEligible,
            cancellationToken,
            (Ticket, "second"),
            (Status, "gold")
        );
        yield return await CheckAsync(
            "test-649",
            "A fourth has a first-class ticket, and a score one point below.",
            EligibilityDecision.NotEligible,
            cancellationToken,
            (Ticket, "first")
        );
        yield return await CheckAsync(
            "test-650",
            "Of a fifth the railway states neither ticket nor status.",
            EligibilityDecision.Undecidable,
            cancellationToken
        );
    }

    private async Task<DemoStep> CheckAsync(
        string subject,
        string action,
        EligibilityDecision expected,
        CancellationToken cancellationToken,
        params IReadOnlyList<(string Name, string Value)> attributes
    )
    {
        var request = new CheckEligibilityRequest { Subject = subject, Programme = Programme };
        foreach (var (name, value) in attributes)
        {
            request.Attributes[name] = new AttributeValue { Text = value };
        }

        var response = await railway.Eligibility.CheckEligibilityAsync(request, cancellationToken: cancellationToken);
        var decision = MessageJson.Name(response.Decision);
        return new DemoStep(
            "eligibility",
            action,
            response.Decision == EligibilityDecision.Eligible
                ? $"{decision}: the door opens."
                : $"{decision}. {Display.Reasons(response.Reasons)}",
            response.Decision == expected,
            new JsonObject
            {
                ["subject"] = subject,
                ["programme"] = Programme,
                ["attributes"] = new JsonArray([.. attributes.Select(pair => JsonValue.Create($"{pair.Name}={pair.Value}"))]),
                ["decision"] = decision,
                ["reasons"] = StoryFields.Of(response.Reasons),
            }
        );
    }
}
