using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using SesameGrpc.Contracts.Partner.V1;
using StackExchange.Redis;

namespace SesameGrpc.Benchmarks.Calls.Peers;

/// <summary>
/// The gateway as tutorials teach to write it: JwtBearer validates each token (ES256) and a handler compares its x5t#S256 with the certificate; each call asks Redis for the score,
/// and compares it with a threshold. No consent, no audit, no limits.
/// </summary>
internal static class TutorialServer
{
    public const string Issuer = "https://localhost/issuer";
    public const string Audience = "urn:sesame:gateway";

    private const int Threshold = 650;

    public static string RedisKeyOf(string subject) => $"score:{subject}";

    public static Task<int> RunAsync(TextReader input, TextWriter output) =>
        PeerServer.RunAsync(
            input,
            output,
            Add,
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGrpcService<Service>();
            }
        );

    private static void Add(WebApplicationBuilder builder, PeerSetup setup)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(setup.IssuerKey);
        builder.Services.AddSingleton<IConnectionMultiplexer>(ConnectionMultiplexer.Connect(setup.Redis));
        builder.Services.AddAuthorization();
        builder
            .Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options =>
            {
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = Issuer,
                    ValidAudience = Audience,
                    IssuerSigningKey = new ECDsaSecurityKey(key),
                };
                options.Events = new JwtBearerEvents { OnTokenValidated = RequireBoundAsync };
            });
    }

    // RFC 8705 section 3.1.
    private static async Task RequireBoundAsync(TokenValidatedContext context)
    {
        var certificate = await context.HttpContext.Connection.GetClientCertificateAsync();
        var thumbprint = Base64UrlEncoder.Encode(SHA256.HashData(certificate!.RawDataMemory.Span));
        using var confirmation = JsonDocument.Parse(context.Principal!.FindFirst("cnf")?.Value ?? "{}");
        if (!confirmation.RootElement.TryGetProperty("x5t#S256", out var bound) || bound.GetString() != thumbprint)
        {
            context.Fail("The token is bound to another certificate.");
        }
    }

    [Authorize]
    private sealed class Service(IConnectionMultiplexer redis) : EligibilityService.EligibilityServiceBase
    {
        public override async Task<CheckEligibilityResponse> CheckEligibility(CheckEligibilityRequest request, ServerCallContext context)
        {
            var score = (int?)await redis.GetDatabase().StringGetAsync(RedisKeyOf(request.Subject));
            var isEligible = score >= Threshold;
            return new CheckEligibilityResponse
            {
                Decision = isEligible ? EligibilityDecision.Eligible : EligibilityDecision.NotEligible,
                Terms = isEligible ? FloorServer.Answer.Terms : null,
                PolicyVersion = FloorServer.Answer.PolicyVersion,
            };
        }
    }
}
