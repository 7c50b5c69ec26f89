using System.CommandLine;
using System.Text.Json.Nodes;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Calls;

/// <summary>`sesame token`: prints a certificate-bound access token.</summary>
internal static class TokenCommand
{
    public static Command Create() =>
        new Command("token", "Print an access token for a partner, bound to its certificate.")
            .ForPartner()
            .Runs(
                async (context, cancellationToken) =>
                {
                    using var client = await context.ConnectPartnerAsync([], cancellationToken);
                    var token = await client.GetAccessTokenAsync(cancellationToken);
                    if (context.Output.Json)
                    {
                        context.Output.WriteJson(ToJson(token));
                    }
                    else
                    {
                        await context.Output.Out.WriteLineAsync(token.Value);
                    }

                    return ExitCode.Ok;
                }
            );

    private static JsonObject ToJson(AccessToken token) =>
        new()
        {
            ["access_token"] = token.Value,
            ["token_type"] = token.TokenType,
            ["expires_in"] = token.ExpiresInSeconds,
            ["scope"] = token.Scope,
            ["bound_to"] = token.BoundThumbprint is { } thumbprint ? "x5t#S256=" + thumbprint : null,
        };
}
