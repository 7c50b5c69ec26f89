using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.EntityFrameworkCore.Models;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Tls;

namespace SesameGrpc.Gateway.Tokens;

/// <summary>
/// Decides, for the authorization server, whether a client certificate or a redirect address belongs to a partner. It asks the same <see cref="CertificateTrust"/> as calls do,
/// so a certificate that may not call gets no token either.
/// </summary>
internal sealed class PartnerApplicationManager(
    IOpenIddictApplicationCache<OpenIddictEntityFrameworkCoreApplication> cache,
    ILogger<OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<OpenIddictEntityFrameworkCoreApplication> store,
    RequestCertificate presented,
    CertificateTrust trust,
    PartnerDirectory partners
) : OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>(cache, logger, options, store)
{
    /// <summary>RFC 8705 section 2.1, tls_client_auth.</summary>
    public override async ValueTask<bool> ValidatePublicKeyInfrastructureTlsClientCertificateAsync(
        OpenIddictEntityFrameworkCoreApplication application,
        X509Certificate2 certificate,
        X509ChainPolicy policy,
        CancellationToken cancellationToken = default
    ) => await BelongsAsync(application, ClientAuthentication.TlsCa, cancellationToken);

    /// <summary>RFC 8705 section 2.2, self_signed_tls_client_auth.</summary>
    public override async ValueTask<bool> ValidateSelfSignedTlsClientCertificateAsync(
        OpenIddictEntityFrameworkCoreApplication application,
        X509Certificate2 certificate,
        X509ChainPolicy policy,
        CancellationToken cancellationToken = default
    ) => await BelongsAsync(application, ClientAuthentication.SelfSignedTls, cancellationToken);

    /// <summary>RFC 6749 section 3.1.2.3, byte for byte; the addresses are the partner's, not copied to here.</summary>
    public override async ValueTask<bool> ValidateRedirectUriAsync(
        OpenIddictEntityFrameworkCoreApplication application,
        string uri,
        CancellationToken cancellationToken = default
    )
    {
        var clientId = await Store.GetClientIdAsync(application, cancellationToken);
        return clientId is not null && partners.Current.Find(clientId)?.Document.RedirectUris.Contains(uri) == true;
    }

    private async ValueTask<bool> BelongsAsync(
        OpenIddictEntityFrameworkCoreApplication application,
        ClientAuthentication method,
        CancellationToken cancellationToken
    )
    {
        var clientId = await Store.GetClientIdAsync(application, cancellationToken);
        return presented.Value is { } certificate
            && clientId is not null
            && trust.OfPartner(certificate).Partner == clientId
            && partners.Current.Find(clientId) is { IsActive: true } partner
            && partner.Document.ClientAuthentication == method;
    }
}

/// <summary>The client certificate of the request in whose scope this is; null: the request does not authenticate a client.</summary>
internal sealed class RequestCertificate
{
    public ClientCertificate? Value { get; set; }
}
