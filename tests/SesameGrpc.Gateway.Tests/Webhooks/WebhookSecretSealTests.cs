using System.Security.Cryptography;
using SesameGrpc.Gateway.Webhooks;
using SesameGrpc.Webhooks;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Webhooks;

public sealed class WebhookSecretSealTests
{
    private readonly WebhookSecretSeal seal = new(Samples.NewKeys());

    [Fact]
    public void Open_OfWhatWasSealed_GivesItBack()
    {
        var key = WebhookSignature.NewKey();

        Assert.Equal(key, seal.Open("endpoint", seal.Seal("endpoint", key)));
        Assert.NotEqual(seal.Seal("endpoint", key), seal.Seal("endpoint", key));
    }

    [Fact]
    public void Open_ForAnotherEndpointOrUnderAnotherKeyRing_Fails()
    {
        var sealedKey = seal.Seal("endpoint", WebhookSignature.NewKey());

        Assert.ThrowsAny<CryptographicException>(() => seal.Open("another", sealedKey));
        Assert.ThrowsAny<CryptographicException>(() => new WebhookSecretSeal(Samples.NewKeys()).Open("endpoint", sealedKey));
    }

    [Fact]
    public void Open_WithAnyByteChangedOrMissing_Fails()
    {
        var sealedKey = seal.Seal("endpoint", WebhookSignature.NewKey());

        for (var index = 0; index < sealedKey.Length; index++)
        {
            var changed = sealedKey.ToArray();
            changed[index] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => seal.Open("endpoint", changed));
            Assert.ThrowsAny<CryptographicException>(() => seal.Open("endpoint", sealedKey.AsSpan(0, index)));
        }
    }
}
