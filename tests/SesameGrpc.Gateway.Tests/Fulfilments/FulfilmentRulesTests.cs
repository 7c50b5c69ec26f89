using System.Collections.Frozen;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Fulfilments;
using SesameGrpc.Gateway.Storage;
using Xunit;
using Consent = SesameGrpc.Gateway.Consents.Consent;
using ConsentState = SesameGrpc.Gateway.Consents.ConsentState;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;
using Programme = SesameGrpc.Contracts.Operator.V1.Programme;

namespace SesameGrpc.Gateway.Tests.Fulfilments;

public sealed class FulfilmentRulesTests
{
    private const long Day = 86_400_000_000;
    private const long Now = 1_800_000_000_000_000;
    private const long Due = Now - (10 * Day);

    [Theory]
    [InlineData("bike.deposit_free", ProgrammeKind.DepositWaiver, true)]
    [InlineData("retail.try_first", ProgrammeKind.TryFirst, true)]
    [InlineData("credit.line", ProgrammeKind.CreditLine, true)]
    [InlineData("library.card_free", ProgrammeKind.Privilege, true)]
    [InlineData("hospital.pay_later", ProgrammeKind.DeferredPayment, false)]
    [InlineData("clinic.pay_later", ProgrammeKind.DeferredPayment, false)]
    [InlineData("hospital.wheelchair", ProgrammeKind.DepositWaiver, false)]
    [InlineData("dating.badge", ProgrammeKind.Badge, false)]
    public void Programme_CanBeReported_UnlessItIsOfAHospitalOrABadge(string id, ProgrammeKind kind, bool expected) =>
        Assert.Equal(expected, FulfilmentRules.CanBeReported(new Programme { Programme_ = id, Kind = kind }));

    [Theory]
    [InlineData(FulfilmentOutcome.Kept, 0, 0L, 0L, "")]
    [InlineData(FulfilmentOutcome.Kept, 0, 1L, 0L, "statement.end_time")]
    [InlineData(FulfilmentOutcome.Kept, 0, null, 0L, "statement.end_time")]
    [InlineData(FulfilmentOutcome.Kept, 1, 0L, 0L, "statement.days_late")]
    [InlineData(FulfilmentOutcome.Kept, 0, 0L, 1L, "statement.outstanding_amount")]
    [InlineData(FulfilmentOutcome.Late, 1, 1L, 0L, "")]
    [InlineData(FulfilmentOutcome.Late, 1, Day, 0L, "")]
    [InlineData(FulfilmentOutcome.Late, 2, Day, 0L, "statement.days_late")]
    [InlineData(FulfilmentOutcome.Late, 2, Day + 1, 0L, "")]
    [InlineData(FulfilmentOutcome.Late, 0, 1L, 0L, "statement.days_late")]
    [InlineData(FulfilmentOutcome.Late, 1, 0L, 0L, "statement.end_time")]
    [InlineData(FulfilmentOutcome.Late, 1, null, 0L, "statement.end_time")]
    [InlineData(FulfilmentOutcome.Late, 1, 11 * Day, 0L, "statement.end_time")]
    [InlineData(FulfilmentOutcome.Late, 1, 1L, 1L, "statement.outstanding_amount")]
    [InlineData(FulfilmentOutcome.Defaulted, 10, null, 0L, "")]
    [InlineData(FulfilmentOutcome.Defaulted, 11, null, 0L, "statement.days_late")]
    [InlineData(FulfilmentOutcome.Defaulted, 1, 1L, 10_000_000_000_000L, "")]
    [InlineData(FulfilmentOutcome.Defaulted, 1, 1L, 10_000_000_000_001L, "statement.outstanding_amount")]
    [InlineData(FulfilmentOutcome.Defaulted, 1, 1L, -1L, "statement.outstanding_amount")]
    [InlineData(FulfilmentOutcome.Defaulted, 1, 0L, 0L, "statement.end_time")]
    [InlineData((FulfilmentOutcome)4, 0, 0L, 0L, "statement")]
    [InlineData(FulfilmentOutcome.Unspecified, 0, 0L, 0L, "statement")]
    public void Statement_FitsTogether_OrNamesWhatDoesNot(FulfilmentOutcome outcome, int days, long? afterDue, long fen, string fault)
    {
        var statement = new FulfilmentStatement
        {
            Kind = FulfilmentKind.Payment,
            Outcome = outcome,
            DaysLate = days,
            DueTime = Instants.ToTimestamp(Due),
            EndTime = afterDue is { } after ? Instants.ToTimestamp(Due + after) : null,
            OutstandingAmount = fen == 0 ? null : new Money { CurrencyCode = "CNY", MinorUnits = fen },
        };

        var faults = FulfilmentRules.FaultsOf(statement, Now).Select(found => found.Key);

        Assert.Equal(fault.Length == 0 ? [] : [fault], faults);
    }

    [Fact]
    public void Statement_OfNothing_OrWithoutAKind_OrNotYetDue_IsRefused()
    {
        var statement = new FulfilmentStatement { Outcome = FulfilmentOutcome.Defaulted, DueTime = Instants.ToTimestamp(Now) };

        Assert.Equal("statement", Assert.Single(FulfilmentRules.FaultsOf(null, Now)).Key);
        Assert.Equal(["statement.kind", "statement.due_time"], FulfilmentRules.FaultsOf(statement, Now).Select(found => found.Key));
        statement.DueTime = null;
        Assert.Equal("statement", Assert.Single(FulfilmentRules.FaultsOf(statement, Now)).Key);
    }

    [Theory]
    [InlineData(946_684_799, 0, false)]
    [InlineData(946_684_800, 0, true)]
    [InlineData(4_102_444_799, 999_999_999, true)]
    [InlineData(4_102_444_800, 0, false)]
    [InlineData(1_800_000_000, -1, false)]
    [InlineData(1_800_000_000, 1_000_000_000, false)]
    public void Time_IsOfThisCentury(long seconds, int nanos, bool expected) =>
        Assert.Equal(expected, FulfilmentRules.IsTime(new Timestamp { Seconds = seconds, Nanos = nanos }));

    [Theory]
    [InlineData(0, 0, 0, true)] // began with the consent, reported while it is in force
    [InlineData(-1, 0, 0, false)] // began before it
    [InlineData(99, 100, 100, true)]
    [InlineData(100, 100, 100, false)] // began when it had ended
    [InlineData(0, 0, 190, true)] // 90 days after its end
    [InlineData(0, 0, 191, false)]
    [InlineData(0, 300, 390, true)] // a lease that was due after the consent's end
    [InlineData(0, 300, 391, false)]
    public void Basis_IsTheConsentUnderWhichTheAgreementBegan_ForNinetyDays(int began, int due, int reported, bool expected)
    {
        var basis = FulfilmentRules.BasisOf([ConsentOf()], "bike", Now + (began * Day), Now + (due * Day), Now + (reported * Day));

        Assert.Equal(expected, basis is not null);
    }

    [Fact]
    public void Basis_CoversScopeAndProgramme_AndAWithdrawalEndsIt()
    {
        Consent[] others =
        [
            ConsentOf() with
            {
                Scopes = new[] { "score.read" }.ToFrozenSet(),
            },
            ConsentOf() with
            {
                Programmes = new[] { "umbrella" }.ToFrozenSet(),
            },
            ConsentOf() with
            {
                EndedMicros = Now,
                State = ConsentState.Withdrawn,
            },
        ];

        Assert.Null(FulfilmentRules.BasisOf(others, "bike", Now, Now, Now));
        Assert.Equal("c", FulfilmentRules.BasisOf([.. others, ConsentOf() with { Id = "c" }], "bike", Now, Now, Now)?.Id);
        Assert.NotNull(FulfilmentRules.BasisOf([ConsentOf() with { Programmes = [Consent.AnyProgramme] }], "bike", Now, Now, Now));
    }

    [Theory]
    [InlineData(nameof(ObligationState.Active), false, true, "")]
    [InlineData(nameof(ObligationState.Settling), false, true, "")]
    [InlineData(nameof(ObligationState.Closed), false, true, "")]
    [InlineData(nameof(ObligationState.Cancelled), false, true, "")]
    [InlineData(nameof(ObligationState.Released), false, true, "Kept")]
    [InlineData(nameof(ObligationState.Settled), false, true, "Kept")]
    [InlineData(nameof(ObligationState.Settled), false, false, "Kept Late")]
    [InlineData(nameof(ObligationState.Settled), true, true, "Late Defaulted")]
    [InlineData(nameof(ObligationState.Cleared), true, true, "Late Defaulted")]
    [InlineData(nameof(ObligationState.Overdue), true, true, "Defaulted")]
    [InlineData(nameof(ObligationState.WrittenOff), true, true, "Defaulted")]
    public void Outcome_FitsWhatTheLedgerKnows(string state, bool wasOverdue, bool hasDueTime, string fitting)
    {
        var waiver = WaiverOf(System.Enum.Parse<ObligationState>(state), hasDueTime ? Due : null);

        var found = System
            .Enum.GetValues<FulfilmentOutcome>()
            .Where(outcome => outcome != FulfilmentOutcome.Unspecified)
            .Where(outcome => FulfilmentRules.FaultsOf(waiver, wasOverdue, outcome).Count == 0);

        Assert.Equal(fitting, string.Join(' ', found));
    }

    [Fact]
    public void Outcome_ThatDoesNotFit_NamesBothSides()
    {
        var faults = FulfilmentRules.FaultsOf(WaiverOf(ObligationState.Settled, Due), false, FulfilmentOutcome.Defaulted);

        Assert.Equal(["statement.outcome", "deposit_waiver_id"], faults.Select(fault => fault.Key));
        Assert.Equal("must be KEPT", faults[0].Value);
        Assert.Contains("SETTLED", faults[1].Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, FulfilmentOutcome.Kept, 5L, false, null)]
    [InlineData(true, FulfilmentOutcome.Kept, 5L, false, 5L)]
    [InlineData(true, FulfilmentOutcome.Late, 5L, false, 5L)]
    [InlineData(true, FulfilmentOutcome.Defaulted, null, false, null)]
    [InlineData(true, FulfilmentOutcome.Defaulted, null, true, 9L)]
    [InlineData(false, FulfilmentOutcome.Kept, 5L, true, null)]
    public void AdverseEnd_IsTheEndOfWhatEverWasAdverse(bool was, FulfilmentOutcome outcome, long? end, bool isRetracted, long? expected) =>
        Assert.Equal(
            expected,
            FulfilmentRules.AdverseEndOf(
                was,
                new ReportVersion
                {
                    Revision = 2,
                    IsRetracted = isRetracted,
                    Kind = FulfilmentKind.Payment,
                    Outcome = outcome,
                    DaysLate = 1,
                    OutstandingFen = 0,
                    DueMicros = 1,
                    EndMicros = end,
                    RecordedMicros = 9,
                }
            )
        );

    private static Consent ConsentOf() =>
        new()
        {
            Id = "a",
            Partner = "partner",
            Person = "person",
            Subject = "subject",
            Purpose = Purpose.DepositWaiver,
            Scopes = new[] { "fulfilment.write", "score.read" }.ToFrozenSet(),
            Programmes = new[] { "bike" }.ToFrozenSet(),
            State = ConsentState.Active,
            GrantedMicros = Now,
            ExpireMicros = Now + (100 * Day),
        };

    private static Obligation WaiverOf(ObligationState state, long? due) =>
        new()
        {
            Id = "waiver",
            Kind = ObligationKind.DepositWaiver,
            Partner = "partner",
            OrderId = "order",
            Person = "person",
            Subject = "subject",
            Programme = "bike",
            State = state,
            Revision = 1,
            RequestedFen = 1,
            HeldFen = 1,
            PolicyVersion = "1",
            DecisionId = "",
            GrantedMicros = 1,
            DueMicros = due,
        };
}
