using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Webhooks;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Webhooks;

public sealed class WebhookEndpointRulesTests
{
    [Theory]
    [InlineData("https://hooks.example.com", false)]
    [InlineData("https://hooks.example.com:8443/a/b?c=d@e", false)]
    [InlineData("HTTPS://HOOKS.EXAMPLE.COM/", false)]
    [InlineData("https://1.1.1.1/", false)]
    [InlineData("https://[2606:4700:4700::1111]/", false)]
    [InlineData("https://localhost/", false)]
    [InlineData("https://localhost:1/", true)]
    [InlineData("http://127.0.0.1:8080/hooks", true)]
    public void Url_AsItMayBe_IsAccepted(string url, bool isSandbox) =>
        WebhookEndpointRules.Check(new WebhookEndpoint { Url = url }, isSandbox);

    [Theory]
    [InlineData("", true)]
    [InlineData("hooks.example.com", true)]
    [InlineData("/hooks", true)]
    [InlineData("https:hooks.example.com", true)]
    [InlineData("https://", true)]
    [InlineData("ftp://hooks.example.com/", true)]
    [InlineData("file:///etc/passwd", true)]
    [InlineData("https://user@hooks.example.com/", true)]
    [InlineData("https://user:password@hooks.example.com/", true)]
    [InlineData("https://@hooks.example.com/", true)]
    [InlineData("https://hooks.example.com#fragment", true)]
    [InlineData("https://hooks.example.com/#", true)]
    [InlineData("https://hooks.example.com\\@evil.example.com/", true)]
    [InlineData("https://hooks.example.com/a b", true)]
    [InlineData("https://hooks.example.com/\u00e9", true)]
    [InlineData("http://hooks.example.com/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://0x7f.1/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    [InlineData("https://169.254.169.254/latest/meta-data", false)]
    public void Url_OfAnotherForm_IsRefused(string url, bool isSandbox) =>
        AssertRefused(new WebhookEndpoint { Url = url }, "webhook_endpoint.url", isSandbox);

    [Fact]
    public void Url_TooLong_IsRefused()
    {
        var longest = "https://example.com/" + new string('a', 1980);
        WebhookEndpointRules.Check(new WebhookEndpoint { Url = longest }, isSandbox: false);
        AssertRefused(new WebhookEndpoint { Url = longest + "a" }, "webhook_endpoint.url");
    }

    [Fact]
    public void OtherFields_OutOfRange_AreRefused()
    {
        AssertRefused(Valid(endpoint => endpoint.Description = new string('a', 201)), "webhook_endpoint.description");
        AssertRefused(Valid(endpoint => endpoint.Description = "a\nb"), "webhook_endpoint.description");
        AssertRefused(Valid(endpoint => endpoint.EventTypes.Add(EventType.Unspecified)), "webhook_endpoint.event_types");
        AssertRefused(Valid(endpoint => endpoint.EventTypes.Add((EventType)999)), "webhook_endpoint.event_types");
        AssertRefused(
            Valid(endpoint => endpoint.EventTypes.Add([EventType.DepositWaiverGranted, EventType.DepositWaiverGranted])),
            "webhook_endpoint.event_types"
        );
        AssertRefused(Valid(endpoint => endpoint.SignatureScheme = (WebhookSignatureScheme)9), "webhook_endpoint.signature_scheme");
    }

    [Fact]
    public void Wants_WithoutTypes_All_ElseOnlyThose()
    {
        Assert.True(WebhookEndpointRules.Wants(Valid(_ => { }), EventType.DepositWaiverSettled));
        var some = Valid(endpoint => endpoint.EventTypes.Add(EventType.DepositWaiverGranted));
        Assert.True(WebhookEndpointRules.Wants(some, EventType.DepositWaiverGranted));
        Assert.False(WebhookEndpointRules.Wants(some, EventType.DepositWaiverSettled));
    }

    private static WebhookEndpoint Valid(Action<WebhookEndpoint> change)
    {
        var endpoint = new WebhookEndpoint { Url = "https://hooks.example.com/" };
        change(endpoint);
        return endpoint;
    }

    private static void AssertRefused(WebhookEndpoint endpoint, string field, bool isSandbox = false)
    {
        var refusal = Assert.Throws<RefusalException>(() => WebhookEndpointRules.Check(endpoint, isSandbox)).Refusal;
        Assert.Equal(ErrorReason.FieldInvalid, refusal.Reason);
        Assert.Contains(refusal.Metadata, pair => pair.Key == "fields" && pair.Value == field);
    }
}
