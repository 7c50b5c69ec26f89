using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.DepositWaivers;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Xunit;

namespace SesameGrpc.Gateway.Tests.DepositWaivers;

public sealed class DepositWaiverRulesTests
{
    private static readonly Obligation Active = Samples.Waiver;

    private static readonly Collection Scheduled = Collection.Schedule(5_000, Samples.NowMicros);

    public static TheoryData<string, string> Table =>
        new()
        {
            { "ACTIVE", "COMPLETE,CANCEL" },
            { "ACTIVE due", "COMPLETE,CANCEL,EXTEND" },
            { "SETTLING", "REPORT_PAYMENT,CORRECT_CHARGE" },
            { "SETTLING submitted", "REPORT_PAYMENT" },
            { "OVERDUE not returned", "COMPLETE" },
            { "OVERDUE not paid", "REPORT_PAYMENT,CORRECT_CHARGE" },
            { "RELEASED", "" },
            { "CANCELLED", "" },
            { "SETTLED", "" },
            { "WRITTEN_OFF", "" },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public void AllowedFor_EachState_IsTheTable(string state, string allowed)
    {
        var charged = Active with { ChargedFen = 5_000, Collection = Scheduled };
        var waiver = state switch
        {
            "ACTIVE" => Active,
            "ACTIVE due" => Active with { DueMicros = 1 },
            "SETTLING" => charged with { State = ObligationState.Settling },
            "SETTLING submitted" => charged with
            {
                State = ObligationState.Settling,
                Collection = Scheduled with { State = Gateway.Ledger.CollectionState.Submitted },
            },
            "OVERDUE not returned" => Active with { State = ObligationState.Overdue },
            "OVERDUE not paid" => charged with { State = ObligationState.Overdue },
            _ => Active with
            {
                State = Enum.GetValues<ObligationState>().Single(known => ContractName.Of((DepositWaiverState)known) == state),
            },
        };

        Assert.Equal(allowed, ContractName.Of(DepositWaiverRules.AllowedFor(waiver)));
    }

    [Fact]
    public void RefusalOf_AllowedAction_IsNoneAtAnyOrTheSeenRevision()
    {
        Assert.Null(DepositWaiverRules.RefusalOf(Active, DepositWaiverAction.Complete, 0));
        Assert.Null(DepositWaiverRules.RefusalOf(Active, DepositWaiverAction.Complete, 1));
        Assert.Equal(ErrorReason.StateConflict, DepositWaiverRules.RefusalOf(Active, DepositWaiverAction.Complete, 2)!.Reason);
        Assert.Equal(ErrorReason.StateConflict, DepositWaiverRules.RefusalOf(Active, DepositWaiverAction.ReportPayment, 0)!.Reason);
    }

    [Fact]
    public void RefusalOf_PaymentOfASettledCharge_SaysWhoWon()
    {
        var settled = Active with { State = ObligationState.Settled, SettledBy = SettledBy.Collection, EndedMicros = Samples.NowMicros };
        var refusal = DepositWaiverRules.RefusalOf(settled, DepositWaiverAction.ReportPayment, 0)!;

        Assert.Equal(ErrorReason.AlreadySettled, refusal.Reason);
        Assert.Contains(new("settled_by", "COLLECTION"), refusal.Metadata);
    }

    [Fact]
    public void RefusalOf_CorrectionWhileCollecting_IsCollectionUnderWay()
    {
        var submitted = Active with
        {
            State = ObligationState.Settling,
            ChargedFen = 5_000,
            Collection = Scheduled with { State = Gateway.Ledger.CollectionState.Submitted, Attempt = 2 },
        };
        var refusal = DepositWaiverRules.RefusalOf(submitted, DepositWaiverAction.CorrectCharge, 0)!;

        Assert.Equal(ErrorReason.CollectionUnderWay, refusal.Reason);
        Assert.Contains(new("attempt", "2"), refusal.Metadata);
    }

    [Fact]
    public void States_OfLedgerAndContract_AreTheSameNumbers()
    {
        Assert.All(
            Enum.GetValues<ObligationState>().Except([ObligationState.Closed, ObligationState.Cleared]),
            state => Assert.Equal(state.ToString(), ((DepositWaiverState)state).ToString())
        );
        Assert.All(
            Enum.GetValues<ObligationState>().Except([ObligationState.Active, ObligationState.Cancelled]),
            state => Assert.Equal(state.ToString(), ((VisitState)state).ToString())
        );
        Assert.Equal((int)ObligationState.Active, (int)VisitState.Open);
        Assert.All(
            Enum.GetValues<Gateway.Ledger.CollectionState>(),
            state => Assert.Equal(state.ToString(), ((Contracts.Partner.V1.CollectionState)state).ToString())
        );
        Assert.All(Enum.GetValues<SettledBy>(), by => Assert.Equal(by.ToString(), ((SettlementChannel)by).ToString()));
    }

    [Fact]
    public void ToMessage_ActivePartialWaiver_StatesBothParts() =>
        Assert.Equal(
            new DepositWaiver
            {
                DepositWaiverId = Active.Id,
                OrderId = "order-1",
                Subject = "subject-1",
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
                ChargedAmount = Cny.Of(0),
                CollectedAmount = Cny.Of(0),
                OutstandingAmount = Cny.Of(0),
            },
            DepositWaiverRules.ToMessage(Active)
        );

    [Fact]
    public void ToMessage_Ended_HasItsTimesAndAllowsNothing()
    {
        var ended = Active with
        {
            State = ObligationState.Released,
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
    public void ToMessage_SettledByThePartner_HasChargeTimesAndWhoPaid()
    {
        var charge = new Charge { TotalAmount = Cny.Of(5_000) };
        var at = Samples.NowMicros;
        var charged = ObligationRules.Charge(Active, 5_000, charge.ToByteArray(), at + 1, at + 2, at + 3).After;

        var settling = DepositWaiverRules.ToMessage(charged);
        Assert.Equal((DepositWaiverState.Settling, charge), (settling.State, settling.Charge));
        Assert.Equal(
            (Cny.Of(5_000), Cny.Of(0), Cny.Of(5_000)),
            (settling.ChargedAmount, settling.CollectedAmount, settling.OutstandingAmount)
        );
        Assert.Equal((Instants.ToTimestamp(at + 1), Instants.ToTimestamp(at + 2)), (settling.CompleteTime, settling.PaymentDueTime));
        Assert.Equal(
            (SettlementChannel.Unspecified, Contracts.Partner.V1.CollectionState.Scheduled),
            (settling.SettledBy, settling.Collection)
        );

        var settled = DepositWaiverRules.ToMessage(ObligationRules.Settle(charged, SettledBy.Partner, at + 4).After);
        Assert.Equal((Cny.Of(5_000), Cny.Of(0)), (settled.CollectedAmount, settled.OutstandingAmount));
        Assert.Equal((SettlementChannel.Partner, Contracts.Partner.V1.CollectionState.Withdrawn), (settled.SettledBy, settled.Collection));
    }

    [Fact]
    public void RefusalOf_WrongState_SaysStateAllowedActionsAndRevision()
    {
        var refusal = DepositWaiverRules.RefusalOf(Active with { DueMicros = 1, Revision = 3 }, DepositWaiverAction.ReportPayment, 0)!;

        Assert.Equal(
            [new("state", "ACTIVE"), new("allowed_actions", "COMPLETE,CANCEL,EXTEND"), new("revision", "3")],
            refusal.Metadata.Select(pair => new KeyValuePair<string, string>(pair.Key, pair.Value))
        );
    }

    [Theory]
    [InlineData(ObligationState.Settled, DepositWaiverAction.CorrectCharge, ErrorReason.StateConflict)]
    [InlineData(ObligationState.Released, DepositWaiverAction.ReportPayment, ErrorReason.StateConflict)]
    [InlineData(ObligationState.Settled, DepositWaiverAction.ReportPayment, ErrorReason.AlreadySettled)]
    public void RefusalOf_WhatIsOver_SaysSettledOnlyToAPayment(object state, DepositWaiverAction action, ErrorReason reason)
    {
        // The collection is that of a payment which came too late: it no longer stands in the way of anything.
        var over = Active with
        {
            State = (ObligationState)state,
            SettledBy = SettledBy.Partner,
            EndedMicros = Samples.NowMicros,
            Collection = Scheduled with { State = Gateway.Ledger.CollectionState.Reversing },
        };

        Assert.Equal(reason, DepositWaiverRules.RefusalOf(over, action, 0)!.Reason);
    }

    [Fact]
    public void Names_OfStatesAndActions_AreThoseOfTheContract()
    {
        Assert.All(
            DepositWaiverServiceReflection.Descriptor.EnumTypes.Single(type => type.Name == "DepositWaiverState").Values,
            value => Assert.Equal(value.Name["DEPOSIT_WAIVER_STATE_".Length..], ContractName.Of((DepositWaiverState)value.Number))
        );
        Assert.Equal("", ContractName.Of<DepositWaiverAction>([]));
    }
}
