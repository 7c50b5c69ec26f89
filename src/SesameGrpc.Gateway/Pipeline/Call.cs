using Grpc.AspNetCore.Server;
using Grpc.Core;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Tokens;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>One call under way: what the steps of the pipeline have found out, for the steps behind them and for the services.</summary>
internal sealed class Call(HttpContext http)
{
    private string? id;

    public HttpContext Http { get; } = http;

    /// <summary>Names the call in RequestInfo and in the logs.</summary>
    public string Id => id ??= Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    public Listener Listener { get; } = http.Listener();

    /// <summary>"package.Service/Method", or null where the path names no method.</summary>
    public string? Method { get; } = http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName[1..];

    public MethodPolicy? Policy { get; } = http.GetEndpoint()?.Metadata.GetMetadata<MethodPolicy>();

    public ClientCertificate? Certificate { get; } = http.Features.Get<ClientCertificate>();

    public CallDeadline? Deadline { get; set; }

    /// <summary>The calling partner; null on the operator listener.</summary>
    public PartnerRecord? Partner { get; set; }

    /// <summary>The calling operator; null on the partner listener.</summary>
    public string? Operator { get; set; }

    public ValidatedToken? Token { get; set; }

    /// <summary>Whether the token has the scope, and the partner has it still; only for methods whose row asks for a partner's token.</summary>
    public bool HasScope(string scope) => Token!.Scopes.Contains(scope) && Partner!.Scopes.Contains(scope);

    /// <summary>The caller as request records know it.</summary>
    public string Caller => Partner is not null ? $"partner:{Partner.Id}" : $"operator:{Operator}";
}

internal static class Calls
{
    /// <summary>The call behind a service method.</summary>
    public static Call Call(this ServerCallContext context) =>
        context.GetHttpContext().Features.Get<Call>() ?? throw new InvalidOperationException("The call did not come through the pipeline.");

    /// <summary>The calling partner; only for methods whose row asks for a partner's token.</summary>
    public static PartnerRecord Partner(this ServerCallContext context) =>
        context.Call().Partner ?? throw new InvalidOperationException("The method's policy row asks for no partner.");
}
