using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Demo;

/// <summary>Uses one partner's token on another partner's connection, which must be refused.</summary>
internal sealed class StolenToken(SesameClient thief, string subject, string victim = "Hello Bike")
{
    public async Task<DemoStep> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await thief.CreditScores.GetCreditScoreAsync(
                new GetCreditScoreRequest { Subject = subject },
                cancellationToken: cancellationToken
            );
            return Step("OK", reason: null, "The call was answered, which must never happen.");
        }
        catch (SesameException refused)
        {
            return Step(
                ErrorReport.CodeName(refused.StatusCode),
                refused.ReasonName,
                $"{refused.Message} A stolen token is worth nothing without its certificate's key."
            );
        }
    }

    private DemoStep Step(string code, string? reason, string outcome) =>
        new(
            "stolen-token",
            $"Somebody at the hospital has copied {victim}'s token and uses it on the hospital's own connection.",
            $"{code} ({reason}): {outcome}",
            code == "UNAUTHENTICATED" && reason == "TOKEN_BINDING_MISMATCH",
            new JsonObject { ["code"] = code, ["reason"] = reason }
        );
}
