using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Identity;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;
using SesameGrpc.Gateway.Tls;
using SesameGrpc.Gateway.Tokens;

namespace SesameGrpc.Gateway.Pipeline;

/// <summary>The path of every call, of gRPC and of HTTP+JSON. <see cref="CheckAsync"/> is the list of its checks; each step finds nothing wrong (null) or says why the call is refused.</summary>
internal sealed class CallPipeline(
    CertificateTrust trust,
    PartnerDirectory partners,
    TokenValidator tokens,
    TrustEpoch epoch,
    ConcurrencyLimits concurrency,
    Faults faults,
    AuditEntries entries,
    CallAudit audit,
    CallRefusals refusals,
    StatusDetails statuses,
    CallMetrics metrics,
    CallLog log,
    GatewayOptions options,
    TimeProvider time,
    ForcedFailures? forced = null
)
{
    public async Task InvokeAsync(HttpContext http, MethodEndpoint? endpoint)
    {
        var call = new Call(http, entries, endpoint) { Begun = time.GetTimestamp() };
        try
        {
            if (await CheckAsync(call) is { } refusal)
            {
                await refusals.AnswerAsync(call, refusal);
                return;
            }

            if (call.Endpoint!.Direct is { } direct)
            {
                await direct(call); // 9. the service; see UnaryEndpoint
            }
            else
            {
                await ServeByFrameworkAsync(call);
            }
        }
        finally
        {
            call.Deadline?.Dispose();
            if (!call.IsHeld)
            {
                call.Place?.Leave();
                metrics.Record(call);
            }

            log.Refused(call);
        }
    }

    /// <summary>Checks again, in the middle of a stream, what may have changed since it began: 3. to 6. of the list.</summary>
    public async ValueTask<Refusal?> RecheckAsync(Call call) =>
        CheckCertificate(call) ?? CheckPartner(call) ?? await CheckTokenAsync(call) ?? CheckScope(call);

    private async ValueTask<Refusal?> CheckAsync(Call call)
    {
        try
        {
            // csharpier-ignore
            return CheckMethod(call)            // 1. the path is exactly a method's, on this listener, and has a policy row
                ?? StartDeadline(call)          // 2. the caller's deadline, bounded; or the default
                ?? CheckCertificate(call)       // 3. the connection's certificate names a partner or an operator, and is not revoked
                ?? CheckPartner(call)           // 4. the partner exists and is not suspended
                ?? await CheckTokenAsync(call)  // 5. the access token is valid, bound to this certificate and of this partner
                ?? CheckScope(call)             // 6. the token and the partner have the method's scope
                ?? concurrency.Enter(call)      // 7. the partner has not too many calls under way
                ?? await ForceAsync(call);      // 8. in a sandbox, a developer has not asked for it to fail
        }
        catch (Exception exception)
        {
            return faults.RefusalOf(exception, call);
        }
    }

    // Streams: StatusInterceptor turns what the service throws into a status, and a status that the framework made itself gets its details.
    private async Task ServeByFrameworkAsync(Call call)
    {
        // The framework looks at RequestAborted alone, which the deadline has a part in once its token has been asked for.
        _ = call.Aborted;
        call.Http.Features.Set(call);
        await call.Http.GetEndpoint()!.RequestDelegate!(call.Http);
        if (FrameworkStatus.Find(call) is { } refusal)
        {
            FrameworkStatus.Complete(call, statuses.ToStatus(await audit.RefusedAsync(call, refusal), call.Id));
        }
    }

    private static Refusal? CheckMethod(Call call)
    {
        if (call.Method is not { } method)
        {
            return call.Http.GetEndpoint()?.Metadata.GetMetadata<Refusal>() ?? Refuse.MethodUnknown();
        }

        // Routing ignores letter case and escapes; a method has one spelling.
        var target = call.Http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (
            call.Endpoint is not { IsExact: true }
            && (target.Length != method.Length + 1 || !target.EndsWith(method, StringComparison.Ordinal))
        )
        {
            return Refuse.MethodUnknown();
        }

        if (call.Policy is not { } policy)
        {
            return Refuse.MethodWithoutPolicy();
        }

        return policy.Listeners.Contains(call.Listener) ? null : Refuse.MethodUnknown();
    }

    private Refusal? StartDeadline(Call call)
    {
        var longest = call.Policy!.MaxDeadline;
        var byDefault = longest > TimeSpan.FromMinutes(1) ? longest : TimeSpan.FromSeconds(options.Calls.DefaultDeadlineSeconds);
        call.Deadline = CallDeadline.Start(call.Http, byDefault, longest, time);
        return call.Deadline is null ? Refuse.DeadlineInvalid(call.Http.Request.Headers["grpc-timeout"].ToString()) : null;
    }

    private Refusal? CheckCertificate(Call call)
    {
        if (call.Certificate is not { } certificate)
        {
            return Refuse.CertificateUnknown("the connection has none");
        }

        var verdict = call.Listener == Listener.Operator ? trust.OfOperator(certificate) : trust.OfPartner(certificate);
        call.Operator = verdict.Operator;
        call.Partner = verdict.Partner is { } id ? partners.Current.Find(id) : null;
        return verdict.Refusal;
    }

    private static Refusal? CheckPartner(Call call)
    {
        if (call.Listener != Listener.Partner)
        {
            return null;
        }

        return call.Partner switch
        {
            null => Refuse.CertificateUnknown("no partner of this name is onboarded"),
            { IsInvited: true } => Refuse.CertificateUnknown("the partner is invited and has not joined yet"),
            { IsActive: false } => Refuse.PartnerSuspended(),
            _ => null,
        };
    }

    private ValueTask<Refusal?> CheckTokenAsync(Call call)
    {
        if (call.Policy!.Access != Access.PartnerToken)
        {
            return ValueTask.FromResult<Refusal?>(null);
        }

        const string Scheme = "Bearer ";
        var header = call.Http.Request.Headers.Authorization.ToString();
        if (header.Length <= Scheme.Length || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return ValueTask.FromResult<Refusal?>(Refuse.TokenMissing());
        }

        var seenEpoch = epoch.Current;
        var memo = call.Connection.Tokens;
        call.Token = memo.Find(header, seenEpoch, time.GetUtcNow().UtcTicks);
        return call.Token is not null ? ValueTask.FromResult<Refusal?>(null) : ValidateTokenAsync(call, memo, header, seenEpoch);

        async ValueTask<Refusal?> ValidateTokenAsync(Call call, TokenMemo memo, string header, long seenEpoch)
        {
            var (token, refusal) = await tokens.ValidateAsync(header[Scheme.Length..], call.Certificate!, call.Aborted);
            if (token is null)
            {
                return refusal;
            }

            if (!string.Equals(token.ClientId, call.Partner!.Id, StringComparison.Ordinal))
            {
                return Refuse.TokenBindingMismatch();
            }

            memo.Keep(header, seenEpoch, token);
            call.Token = token;
            return null;
        }
    }

    private ValueTask<Refusal?> ForceAsync(Call call)
    {
        return forced?.Meet(call.Method!, call.Partner?.Id) is { } failure ? MeetAsync(failure) : ValueTask.FromResult<Refusal?>(null);

        async ValueTask<Refusal?> MeetAsync(ForcedFailure failure)
        {
            await Task.Delay(failure.Delay?.ToTimeSpan() ?? TimeSpan.Zero, time, call.Aborted);
            return failure.HasErrorReason ? ForcedRefusals.Of(failure.ErrorReason) : null;
        }
    }

    private static Refusal? CheckScope(Call call)
    {
        var scope = call.Policy!.Scope;
        return scope is null || call.HasScope(scope) ? null : Refuse.ScopeMissing(scope);
    }
}
