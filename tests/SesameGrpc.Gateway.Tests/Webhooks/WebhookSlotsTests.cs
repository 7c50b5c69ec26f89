using SesameGrpc.Gateway.Webhooks;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Webhooks;

public sealed class WebhookSlotsTests
{
    private readonly WebhookSlots slots = new();

    [Fact]
    public void FreeFor_AnEndpoint_IsBoundedAndComesBack()
    {
        Assert.Equal(8, slots.FreeFor("a", isFailing: false));
        Enter("a", 8);

        Assert.Equal(0, slots.FreeFor("a", isFailing: false));
        Assert.Equal(8, slots.FreeFor("b", isFailing: false));
        slots.Leave("a");
        Assert.Equal(1, slots.FreeFor("a", isFailing: false));
    }

    [Fact]
    public void FreeFor_AFailingEndpoint_IsOne()
    {
        Assert.Equal(1, slots.FreeFor("a", isFailing: true));
        Enter("a", 3);
        Assert.Equal(0, slots.FreeFor("a", isFailing: true));
    }

    [Fact]
    public void FreeFor_ManyEndpoints_IsBoundedInAll()
    {
        for (var endpoint = 0; endpoint < 31; endpoint++)
        {
            Enter($"e{endpoint}", 8);
        }

        Enter("last", 5);
        Assert.Equal(3, slots.FreeFor("last", isFailing: false));
        Assert.Equal(3, slots.FreeFor("new", isFailing: false));
    }

    private void Enter(string endpoint, int count)
    {
        for (var entered = 0; entered < count; entered++)
        {
            slots.Enter(endpoint);
        }
    }
}
