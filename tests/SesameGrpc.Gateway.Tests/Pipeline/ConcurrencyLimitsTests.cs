using Microsoft.AspNetCore.Http;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Pipeline;

public sealed class ConcurrencyLimitsTests
{
    private readonly ConcurrencyLimits limits = new(new GatewayOptions { Calls = { MaxConcurrentCallsPerPartner = 2 } });

    [Fact]
    public void Enter_AboveTheLimit_IsRefusedUntilOneLeaves()
    {
        var call = CallOf("hello-bike");
        Assert.Null(limits.Enter(call));
        Assert.Null(limits.Enter(call));

        Assert.Equal(ErrorReason.TooManyCalls, limits.Enter(call)!.Reason);
        Assert.Equal(ErrorReason.TooManyCalls, limits.Enter(call)!.Reason);
        call.Place?.Leave();
        Assert.Null(limits.Enter(call));
        Assert.NotNull(limits.Enter(call));
    }

    [Fact]
    public void Enter_OtherPartner_HasALimitOfItsOwn()
    {
        Assert.All(Enumerable.Range(0, 2), _ => Assert.Null(limits.Enter(CallOf("hello-bike"))));

        Assert.Null(limits.Enter(CallOf("ofo")));
    }

    [Fact]
    public void Enter_Operator_IsNotLimited() =>
        Assert.All(
            Enumerable.Range(0, 10),
            _ =>
            {
                var call = CallOf(null);
                Assert.Null(limits.Enter(call));
                call.Place?.Leave();
            }
        );

    [Theory]
    [InlineData("hello-bike", "partner:hello-bike")]
    [InlineData(null, "operator:ops-1")]
    public void Caller_OfACall_SaysWhichKindItIs(string? partner, string caller)
    {
        var call = CallOf(partner);
        call.Operator = partner is null ? "ops-1" : null;

        Assert.Equal(caller, call.Caller);
        Assert.Matches("^[0-9a-f]{32}$", call.Id);
        Assert.Equal(call.Id, call.Id);
        Assert.NotEqual(call.Id, CallOf(partner).Id);
    }

    private static Call CallOf(string? partner)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(new CallerConnection(partner is null ? Listener.Operator : Listener.Partner));
        return new Call(http, Samples.AuditEntries, null)
        {
            Partner = partner is null ? null : new PartnerRecord(new Partner { Partner_ = partner }, Samples.Catalogue),
        };
    }
}
