using System.Text;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Webhooks.Tests;

/// <summary>Against the vectors that the Standard Webhooks specification and its reference libraries publish.</summary>
public sealed class WebhookSignatureTests
{
    private const string EventId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    private static readonly byte[] HmacKey = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static readonly byte[] Ed25519Seed = Convert.FromBase64String("6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=");

    [Fact]
    public void Sign_PublishedHmacVector_IsTheSame() =>
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign(WebhookSignatureScheme.HmacSha256, [HmacKey], EventId, Timestamp, Body)
        );

    [Fact]
    public void Sign_PublishedEd25519Vector_IsTheSame() =>
        Assert.Equal(
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
            WebhookSignature.Sign(WebhookSignatureScheme.Ed25519, [Ed25519Seed], EventId, Timestamp, Body)
        );

    [Fact]
    public void Keys_AsReceiversGetThem_HaveThePublishedForm()
    {
        Assert.Equal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", WebhookSignature.SecretText(HmacKey));
        Assert.Equal("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", WebhookSignature.PublicKeyText(Ed25519Seed));
    }

    [Fact]
    public void KeyOf_ASecret_IsItsKey() => Assert.Equal(HmacKey, WebhookSignature.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    [Theory]
    [InlineData("")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==")]
    [InlineData("whsec_not base64 but long enough for a key")]
    public void KeyOf_ATextThatIsNoSecret_IsNone(string text) => Assert.Null(WebhookSignature.KeyOf(text));

    [Fact]
    public void KeyOf_ATooLongSecret_IsNone() => Assert.Null(WebhookSignature.KeyOf("whsec_" + Convert.ToBase64String(new byte[65])));

    [Fact]
    public void Sign_WithTwoKeys_GivesBothSignatures()
    {
        var other = WebhookSignature.NewKey();

        var both = WebhookSignature.Sign(WebhookSignatureScheme.HmacSha256, [other, HmacKey], EventId, Timestamp, Body).Split(' ');

        Assert.Equal(WebhookSignature.Sign(WebhookSignatureScheme.HmacSha256, [other], EventId, Timestamp, Body), both[0]);
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", both[1]);
        Assert.Equal(2, both.Length);
    }

    [Theory]
    [InlineData(WebhookSignatureScheme.HmacSha256)]
    [InlineData(WebhookSignatureScheme.Ed25519)]
    public void Sign_AnythingElse_IsAnother(WebhookSignatureScheme scheme)
    {
        var key = WebhookSignature.NewKey();
        string[] signatures =
        [
            WebhookSignature.Sign(scheme, [key], EventId, Timestamp, Body),
            WebhookSignature.Sign(scheme, [key], EventId + "x", Timestamp, Body),
            WebhookSignature.Sign(scheme, [key], EventId, Timestamp + 1, Body),
            WebhookSignature.Sign(scheme, [key], EventId, Timestamp, [.. Body, 32]),
            WebhookSignature.Sign(scheme, [WebhookSignature.NewKey()], EventId, Timestamp, Body),
        ];

        Assert.Equal(signatures.Length, signatures.Distinct().Count());
    }
}
