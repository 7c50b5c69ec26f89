using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>An authorization code that comes a second time ends whatever was issued for it (RFC 6749 section 4.1.2).</summary>
internal sealed class CodeReplay(IOpenIddictTokenManager tokens, TokenRevocations revocations)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (
            context.Principal?.HasTokenType(OpenIddictConstants.TokenTypeIdentifiers.Private.AuthorizationCode) != true
            || context.TokenId is not { Length: > 0 } id
            || context.AuthorizationId is not { Length: > 0 } authorization
        )
        {
            return;
        }

        var code = await tokens.FindByIdAsync(id, context.CancellationToken);
        if (code is not null && await tokens.HasStatusAsync(code, OpenIddictConstants.Statuses.Redeemed, context.CancellationToken))
        {
            await revocations.RevokeAsync(authorization, context.CancellationToken);
        }
    }
}

/// <summary>
/// Redeems a code at its exchange. It stands in for OpenIddict's own, which redeems a pushed request when the answer to it is made: here that is done before the
/// person's decision is carried out, so that a form that is sent twice grants once.
/// </summary>
internal sealed class CodeRedemption(IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType != OpenIddictServerEndpointType.Token || !context.Request.IsAuthorizationCodeGrantType())
        {
            return;
        }

        var request = context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!);
        var id = request?.AuthorizationCodePrincipal?.GetTokenId();
        var code = id is null ? null : await tokens.FindByIdAsync(id, context.CancellationToken);
        if (code is null || !await tokens.TryRedeemAsync(code, context.CancellationToken))
        {
            context.Reject(OpenIddictConstants.Errors.InvalidGrant, "The authorization code has been used already.");
        }
    }
}

/// <summary>Only what must be used once has a row in the store: pushed requests and codes. Access tokens carry all that is needed, so client_credentials writes nothing.</summary>
internal sealed class TokenStorageRules : IOpenIddictServerHandler<GenerateTokenContext>
{
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (
            context.TokenType
            is OpenIddictConstants.TokenTypeIdentifiers.AccessToken
                or OpenIddictConstants.TokenTypeIdentifiers.IdentityToken
        )
        {
            context.CreateTokenEntry = false;
            context.IsReferenceToken = false;
            context.PersistTokenPayload = false;
        }

        return ValueTask.CompletedTask;
    }
}
