using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.LedgerAccess;
using SesameGrpc.Gateway.Refusals;
using Xunit;
using Held = SesameGrpc.Gateway.Ledger;

namespace SesameGrpc.Gateway.Tests.LedgerAccess;

public sealed class ObligationMessagesTests
{
    [Fact]
    public void AllowedFor_EveryState_IsWriteOffWhileOverdueOnly()
    {
        foreach (var state in Enum.GetValues<Held.ObligationState>())
        {
            Assert.Equal(
                state == Held.ObligationState.Overdue ? [ObligationAction.WriteOff] : [],
                ObligationMessages.AllowedFor(Samples.Waiver with { State = state })
            );
        }
    }

    /// <summary>The numbers that are stored are those of the contract, name by name.</summary>
    [Fact]
    public void Enums_StoredAndContract_AreTheSame()
    {
        Same<Held.ObligationKind, ObligationKind>();
        Same<Held.ObligationState, ObligationState>();
        Same<Held.EntryKind, JournalEntryKind>();
        Same<Held.CollectionState, Contracts.Partner.V1.CollectionState>();
        Same<Held.SettledBy, Contracts.Partner.V1.SettlementChannel>();
    }

    [Fact]
    public void NameOf_State_IsTheContractsNameWithoutPrefix() =>
        Assert.Equal("WRITTEN_OFF", ContractName.Of(Held.ObligationState.WrittenOff));

    private static void Same<TStored, TContract>()
        where TStored : struct, Enum
        where TContract : struct, Enum =>
        Assert.Equal(
            Enum.GetValues<TContract>().Select(value => (Convert.ToInt32(value), value.ToString())).Where(pair => pair.Item1 != 0).Order(),
            Enum.GetValues<TStored>().Select(value => (Convert.ToInt32(value), value.ToString())).Order()
        );
}
