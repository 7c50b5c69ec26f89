using OpenIddict.Abstractions;
using OpenIddict.Server;
using SesameGrpc.Gateway.Partners;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>Checks a pushed request for what a consent needs, behind the checks of OAuth: scopes, authorization_details, and the size of what is only passed through.</summary>
internal sealed class PushedRequests(PartnerDirectory partners) : IOpenIddictServerHandler<ValidatePushedAuthorizationRequestContext>
{
    private const int MostEchoedCharacters = 1024;

    public ValueTask HandleAsync(ValidatePushedAuthorizationRequestContext context)
    {
        var (request, partner) = (context.Request, partners.Current.Find(context.ClientId ?? ""));
        if (request.State?.Length > MostEchoedCharacters || request.Nonce?.Length > MostEchoedCharacters)
        {
            context.Reject(
                OpenIddictConstants.Errors.InvalidRequest,
                $"state and nonce may have at most {MostEchoedCharacters} characters each."
            );
        }
        else if (partner is null)
        {
            context.Reject(OpenIddictConstants.Errors.InvalidClient);
        }
        else if (ConsentRequest.Read(partner, request) is { Error: { } error, Fault: var fault })
        {
            context.Reject(error, fault);
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>A partner is told only of the time in which a pushed request may be opened.</summary>
internal sealed class PushedResponses : IOpenIddictServerHandler<ApplyPushedAuthorizationResponseContext>
{
    public ValueTask HandleAsync(ApplyPushedAuthorizationResponseContext context)
    {
        if (context.Response.Error is null)
        {
            context.Response.ExpiresIn = (long)RequestOpening.Window.TotalSeconds;
        }

        return ValueTask.CompletedTask;
    }
}
