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
        var waiver = ObligationRules.Cancel(Samples.Waiver, Samples.NowMicros);
        var visit = waiver with { After = waiver.After with { Kind = ObligationKind.Visit } };
        var cleared = visit with { After = visit.After with { State = ObligationState.Cleared } };

        Assert.Equal(TypesOf("DepositWaiver"), Told(waiver).Order());
        Assert.Equal(TypesOf("Visit"), Told(visit).Append(LedgerEvents.Of(cleared, ObligationEvent.Settled, 1).Type).Order());
    }

    private static IEnumerable<EventType> TypesOf(string resource) =>
        Enum.GetValues<EventType>().Where(type => type.ToString().StartsWith(resource, StringComparison.Ordinal));

    // The changes that an obligation of this kind can go through, each once.
    private static List<EventType> Told(Posting posting)
    {
        var types = new List<EventType>();
        foreach (var what in Enum.GetValues<ObligationEvent>())
        {
            try
            {
                types.Add(LedgerEvents.Of(posting, what, Samples.NowMicros).Type);
            }
            catch (ArgumentOutOfRangeException)
            {
                // Not of this kind: a visit is not extended, a waiver not closed.
            }
        }

        return types;
    }
}
