using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>Makes each partner a client of the authorization server, in the partner's own transaction. Status, scopes and certificates stay with the partner alone.</summary>
internal sealed class ClientRegistration(IServiceScopeFactory scopes)
{
    public async Task EnsureAsync(DbTransaction transaction, Partner partner, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<ControlDbContext>();
        context.Database.SetDbConnection(transaction.Connection, contextOwnsConnection: false);
        await context.Database.UseTransactionAsync(transaction, cancellationToken);
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        if (await applications.FindByClientIdAsync(partner.Partner_, cancellationToken) is null)
        {
            await applications.CreateAsync(Describe(partner), cancellationToken);
        }
    }

    private static OpenIddictApplicationDescriptor Describe(Partner partner) =>
        new()
        {
            ClientId = partner.Partner_,
            ClientType = OpenIddictConstants.ClientTypes.Confidential,

            // A confidential client must have a secret; nobody ever learns this one, and secrets are not an accepted method.
            ClientSecret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            Permissions = { OpenIddictConstants.Permissions.Endpoints.Token, OpenIddictConstants.Permissions.GrantTypes.ClientCredentials },
        };
}
