using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.HttpJson;
using Xunit;

namespace SesameGrpc.Gateway.Tests.HttpJson;

public sealed class HttpRouteTests
{
    [Fact]
    public void Of_MethodWithTwoBindings_NamesEach()
    {
        var routes = RoutesOf("GetVisit");

        Assert.Equal(["GetVisit GET /v1/visits/{visit_id}", "GetVisitByOrderId GET /v1/orders/{order_id}/visit"], routes.Select(Text));
        Assert.Equal(["ListVisits", "ListVisitsSearch"], RoutesOf("ListVisits").Select(route => route.Name));
        Assert.All(routes, route => Assert.False(route.HasBody));
    }

    [Fact]
    public void Of_Stream_IsNone() => Assert.Empty(HttpRoute.Of(EventService.Descriptor.FindMethodByName("StreamEvents")));

    [Fact]
    public void QueryFields_OfAList_LeaveThePersonOut() =>
        Assert.Equal(["page_size", "page_token", "state"], RoutesOf("ListVisits")[0].QueryFields.Select(field => field.Name));

    [Fact]
    public void QueryFields_BesideOneOfSeveralInThePath_LeaveTheOthersOut() => Assert.Empty(RoutesOf("GetVisit")[0].QueryFields);

    [Fact]
    public void QueryFields_WithABody_AreNone() => Assert.Empty(RoutesOf("OpenVisit")[0].QueryFields);

    [Theory]
    [InlineData("/v1/visits/7/charges/x:void", "visit_id=7 charge_id=x")]
    [InlineData("/v1/visits/7/charges/x%3Ay%2Fz:void", "visit_id=7 charge_id=x:y/z")]
    [InlineData("/v1/visits/a:b/charges/x:void", "visit_id=a:b charge_id=x")]
    [InlineData("/v1/visits/7/charges/x:y:void", "visit_id=7 charge_id=x:y")]
    [InlineData("/v1/visits/7/charges/%E6%9D%AD:void", "visit_id=7 charge_id=杭")]
    [InlineData("/v1/visits/7/charges/x:voi%64", null)]
    [InlineData("/v1/visits/7/charges/x:Void", null)]
    [InlineData("/v1/visits/7/charges/x", null)]
    [InlineData("/v1/visits/7/charges/:void", null)]
    [InlineData("/v1/visits//charges/x:void", null)]
    [InlineData("/v1/Visits/7/charges/x:void", null)]
    [InlineData("/v1/visits/7/charges/x:void/", null)]
    [InlineData("v1/visits/7/charges/x:void", null)]
    [InlineData("", null)]
    public void Matches_PathAsItWasSent_GivesItsValues(string path, string? expected)
    {
        var matches = RoutesOf("VoidVisitCharge")[0].Matches(path.Split('/'), out var values);

        Assert.Equal(expected, matches ? string.Join(' ', values!.Select(value => $"{value.Key}={value.Value}")) : null);
    }

    [Fact]
    public void Matches_PathWithoutAction_TakesNoColon()
    {
        var route = RoutesOf("GetVisit")[0];

        Assert.True(route.Matches("/v1/visits/a%3Ab".Split('/'), out var values));
        Assert.Equal("a:b", Assert.Single(values).Value);
        Assert.False(route.Matches("/v1/visits/a:close".Split('/'), out _));
    }

    private static List<HttpRoute> RoutesOf(string method) => [.. HttpRoute.Of(DeferredPaymentService.Descriptor.FindMethodByName(method))];

    private static string Text(HttpRoute route) => $"{route.Name} {route.Verb} {route.Path}";
}
