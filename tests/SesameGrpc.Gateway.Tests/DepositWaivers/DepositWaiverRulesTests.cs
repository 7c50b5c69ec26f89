using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.DepositWaivers;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.DepositWaivers;

public sealed class DepositWaiverRulesTests
{
    private static readonly Obligation Active = new()
    {
        Id = "0190a0b0c0d0e0f00102030405060708",
        Kind = ObligationKind.DepositWaiver,
        Partner = "hello-bike",
        OrderId = "order-1",
        Person = "person-1",
        Programme = "bike.deposit_free",
        State = (int)DepositWaiverState.Active,
        Revision = 1,
        RequestedFen = 29_900,
        HeldFen = 19_900,
        PolicyVersion = "bike.deposit_free@1.1",
        DecisionId = "decision-1",
        GrantedMicros = Samples.NowMicros,
    };

    [Fact]
    public void AllowedIn_EachState_IsTheTable()
    {
        Assert.Equal([DepositWaiverAction.Complete, DepositWaiverAction.Cancel], DepositWaiverRules.AllowedIn(DepositWaiverState.Active));
        Assert.All(
            Enum.GetValues<DepositWaiverState>().Where(state => state != DepositWaiverState.Active),
            state => Assert.Empty(DepositWaiverRules.AllowedIn(state))
        );
    }

    [Theory]
    [InlineData(DepositWaiverAction.Complete, DepositWaiverState.Released)]
    [InlineData(DepositWaiverAction.Cancel, DepositWaiverState.Cancelled)]
    public void After_Action_IsAFinalState(DepositWaiverAction action, DepositWaiverState state)
    {
        Assert.Equal(state, DepositWaiverRules.After(action));
        Assert.Empty(DepositWaiverRules.AllowedIn(state));
    }

    [Fact]
    public void After_NoAction_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DepositWaiverRules.After(DepositWaiverAction.Unspecified));

    [Fact]
    public void After_EveryAllowedAction_IsKnown() =>
        Assert.All(
            Enum.GetValues<DepositWaiverState>().SelectMany(DepositWaiverRules.AllowedIn),
            action => Assert.NotEqual(DepositWaiverState.Active, DepositWaiverRules.After(action))
        );

    [Fact]
    public void ToMessage_ActivePartialWaiver_StatesBothParts() =>
        Assert.Equal(
            new DepositWaiver
            {
                DepositWaiverId = Active.Id,
                OrderId = "order-1",
                Subject = "person-1",
                Programme = "bike.deposit_free",
                State = DepositWaiverState.Active,
                Revision = 1,
                AllowedActions = { DepositWaiverAction.Complete, DepositWaiverAction.Cancel },
                RequestedAmount = Cny.Of(29_900),
                WaivedAmount = Cny.Of(19_900),
                PayableAmount = Cny.Of(10_000),
                PolicyVersion = "bike.deposit_free@1.1",
                DecisionId = "decision-1",
                GrantTime = Instants.ToTimestamp(Samples.NowMicros),
            },
            DepositWaiverRules.ToMessage(Active)
        );

    [Fact]
    public void ToMessage_Ended_HasItsTimesAndAllowsNothing()
    {
        var ended = Active with
        {
            State = (int)DepositWaiverState.Released,
            Revision = 2,
            DueMicros = Samples.NowMicros + 10,
            EndedMicros = Samples.NowMicros + 5,
        };
        var message = DepositWaiverRules.ToMessage(ended);

        Assert.Equal((DepositWaiverState.Released, 2), (message.State, message.Revision));
        Assert.Empty(message.AllowedActions);
        Assert.Equal(
            (Instants.ToTimestamp(Samples.NowMicros + 10), Instants.ToTimestamp(Samples.NowMicros + 5)),
            (message.DueTime, message.EndTime)
        );
    }

    [Fact]
    public void Names_OfStatesAndActions_AreThoseOfTheContract()
    {
        Assert.All(
            DepositWaiverServiceReflection.Descriptor.EnumTypes.Single(type => type.Name == "DepositWaiverState").Values,
            value => Assert.Equal(value.Name["DEPOSIT_WAIVER_STATE_".Length..], DepositWaiverRules.NameOf((DepositWaiverState)value.Number))
        );
        Assert.Equal("COMPLETE,CANCEL", DepositWaiverRules.NamesOf(DepositWaiverRules.AllowedIn(DepositWaiverState.Active)));
        Assert.Equal("", DepositWaiverRules.NamesOf([]));
    }
}
