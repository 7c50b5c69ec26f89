using OpenIddict.Abstractions;
using SesameGrpc.Gateway.Pages;
using SesameGrpc.Gateway.Tokens;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace SesameGrpc.Gateway.CodeFlow;

/// <summary>Registers how a partner asks a person for consent: pushed requests, the consent page, and codes for tokens.</summary>
internal static class CodeFlowSetup
{
    public static IServiceCollection AddCodeFlow(this IServiceCollection services)
    {
        services.AddSingleton<RequestOpening>().AddSingleton<ConsentPages>().AddSingleton<ConsentGranting>();
        services
            .AddOpenIddict()
            .AddServer(server =>
            {
                server.AddEventHandler<ValidatePushedAuthorizationRequestContext>(handler => handler.UseSingletonHandler<PushedRequests>());
                server.AddEventHandler<ApplyPushedAuthorizationResponseContext>(handler =>
                    handler.UseSingletonHandler<PushedResponses>().SetOrder(int.MinValue)
                );
                server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<ConsentTokens>());
                server.AddEventHandler<HandleConfigurationRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        context.Metadata["authorization_details_types_supported"] = new OpenIddictParameter(
                            new System.Text.Json.Nodes.JsonArray(ConsentRequest.Type)
                        );
                        return ValueTask.CompletedTask;
                    })
                );
            });
        return services;
    }

    public static bool IsAuthorization(HttpContext http) => http.Request.Path == AuthorizationServer.AuthorizePath;

    /// <summary>The authorization endpoint: OpenIddict's checks, then the page.</summary>
    public static void MapAuthorization(this IApplicationBuilder branch) =>
        branch.MapBranch(branch.ApplicationServices.GetRequiredService<ConsentPages>().Map, between => between.UseAuthentication());
}
