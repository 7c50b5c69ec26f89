using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame eligibility check`: asks whether a programme is open to a person.</summary>
internal static class EligibilityCheckCommand
{
    public static Command Create() =>
        new Command("eligibility", "Whether a programme is open to a person.").With(
            new Command("check", "Decide for one person and one programme. Exit code 3 unless ELIGIBLE.")
                .With(OrderOptions.Subject, OrderOptions.Programme, OrderOptions.AmountFen, OrderOptions.Attributes)
                .ForPartner()
                .Runs(RunAsync)
        );

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new CheckEligibilityRequest
        {
            Subject = context.Get(OrderOptions.Subject),
            Programme = context.Get(OrderOptions.Programme),
            Amount = OrderOptions.Amount(context.Get(OrderOptions.AmountFen)),
        };
        foreach (var (name, value) in (context.Get(OrderOptions.Attributes) ?? []).Select(OrderOptions.ParseAttribute))
        {
            request.Attributes[name] = value;
        }

        using var client = await context.ConnectPartnerAsync([PartnerScopes.EligibilityCheck], cancellationToken);
        var response = await client.Eligibility.CheckEligibilityAsync(request, cancellationToken: cancellationToken);
        if (context.Output.Json)
        {
            var json = MessageJson.From(response);
            json.Insert(0, "subject", request.Subject);
            json.Insert(1, "programme", request.Programme);
            context.Output.WriteJson(json);
        }
        else
        {
            Show(context.Output, request, response);
        }

        return response.Decision == EligibilityDecision.Eligible ? ExitCode.Ok : ExitCode.RefusedOrLeftOut;
    }

    private static void Show(CliOutput output, CheckEligibilityRequest request, CheckEligibilityResponse response) =>
        output.WriteCard(
            $"{request.Subject}, {request.Programme}",
            ("decision", MessageJson.Name(response.Decision)),
            ("reasons", Display.Reasons(response.Reasons)),
            ("covered", Display.Amount(response.Terms?.CoveredAmount)),
            ("limit", Display.Amount(response.Terms?.AmountLimit)),
            ("items", response.Terms is { ItemLimit: > 0 } terms ? $"{terms.ItemLimit} at once" : null),
            ("longest period", response.Terms?.LongestPeriod?.ToTimeSpan().ToString()),
            ("policy", response.PolicyVersion),
            ("decision id", response.DecisionId),
            ("counts until", Display.Time(response.ExpireTime))
        );
}
