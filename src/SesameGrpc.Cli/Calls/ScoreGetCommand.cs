using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame score get`: looks up one person's score.</summary>
internal static class ScoreGetCommand
{
    private static readonly Argument<string> Subject = new("SUBJECT") { Description = "The person, as the partner knows it." };

    private static readonly Option<bool> Dimensions = new("--dimensions")
    {
        Description = "Also show the five dimensions; needs the scope score.dimensions.read.",
    };

    public static Command Create() =>
        new Command("score", "Credit scores of persons.").With(
            new Command("get", "Show a person's score. Exit code 3 when the person has none to serve.")
                .With(Subject, Dimensions)
                .ForPartner()
                .Runs(RunAsync)
        );

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new GetCreditScoreRequest { Subject = context.Get(Subject), IncludeDimensions = context.Get(Dimensions) };
        string[] scopes = request.IncludeDimensions ? [PartnerScopes.ScoreRead, PartnerScopes.DimensionsRead] : [PartnerScopes.ScoreRead];
        using var client = await context.ConnectPartnerAsync(scopes, cancellationToken);
        var response = await client.CreditScores.GetCreditScoreAsync(request, cancellationToken: cancellationToken);
        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(response));
        }
        else
        {
            Show(context.Output, response);
        }

        return response.Score is null ? ExitCode.RefusedOrLeftOut : ExitCode.Ok;
    }

    private static void Show(CliOutput output, GetCreditScoreResponse response)
    {
        var source = $"{MessageJson.Name(response.Source)}, {response.Age?.ToTimeSpan().TotalSeconds ?? 0:0.###} s old";
        if (response.Score is not { } score)
        {
            output.WriteCard(response.Subject, ("not scored", MessageJson.Name(response.NotScoredReason)), ("read from", source));
            return;
        }

        var parts = score.Dimensions;
        output.WriteCard(
            response.Subject,
            ("score", score.Score.ToString()),
            ("band", MessageJson.Name(score.Band)),
            ("as of", Display.Time(score.AsOfTime)),
            ("valid until", Display.Time(score.ValidUntilTime)),
            ("model", score.ModelVersion),
            ("credit history", parts?.CreditHistory.ToString()),
            ("fulfilment capacity", parts?.FulfilmentCapacity.ToString()),
            ("behaviour, preference", parts?.BehaviourPreference.ToString()),
            ("personal", parts?.PersonalCharacteristics.ToString()),
            ("contact network", parts?.ContactNetwork.ToString()),
            ("read from", source)
        );
    }
}
