using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Ledger;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Ledger;

public sealed class LedgerEventsTests
{
    [Fact]
    public void Event_OfAChange_NamesTheWaiverAsItIsAfterwardsAndNoAmount()
    {
        var posting = ObligationRules.Cancel(Samples.Waiver, Samples.NowMicros);

        var told = LedgerEvents.Of(posting, posting.Event!.Value, Samples.NowMicros);

        Assert.Equal(EventType.DepositWaiverCancelled, told.Type);
        Assert.Equal((32, "subject-1"), (told.EventId.Length, told.Subject));
        Assert.Equal(Samples.NowMicros / 1_000_000, told.EventTime.Seconds);
        Assert.Equal(
            new DepositWaiverReference
            {
                DepositWaiverId = Samples.Waiver.Id,
                OrderId = "order-1",
                Programme = "bike.deposit_free",
                State = DepositWaiverState.Cancelled,
                Revision = 2,
            },
            told.DepositWaiver
        );
    }

    [Fact]
    public void Event_OfEveryKindOfChange_HasATypeOfItsOwn()
    {
        var posting = ObligationRules.Cancel(Samples.Waiver, Samples.NowMicros);
        var kinds = Enum.GetValues<ObligationEvent>();

        var types = kinds.Select(kind => LedgerEvents.Of(posting, kind, Samples.NowMicros).Type).ToHashSet();

        Assert.Equal(kinds.Length, types.Count);
        Assert.Equal(
            Enum.GetValues<EventType>().Where(type => type.ToString().StartsWith("DepositWaiver", StringComparison.Ordinal)),
            types.Order()
        );
        Assert.DoesNotContain(EventType.Unspecified, types);
    }
}
