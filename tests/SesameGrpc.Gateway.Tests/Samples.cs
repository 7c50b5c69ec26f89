using Google.Protobuf.Collections;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Keys;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Programmes;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using Xunit;
using Obligation = SesameGrpc.Gateway.Ledger.Obligation;
using ObligationKind = SesameGrpc.Gateway.Ledger.ObligationKind;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.Tests;

/// <summary>What most tests need: a moment, the programmes that ship, a person, an order.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly long NowMicros = Now.ToMicros();
    public static readonly TimeSpan Validity = TimeSpan.FromDays(90);

    public static ProgrammeCatalogueSource CatalogueSource { get; } = new(new GatewayOptions());

    public static AuditEntries AuditEntries { get; } = new(NewKeys(), TimeProvider.System);

    public static CompiledCatalogue Catalogue => CatalogueSource.Current;

    /// <summary>A person whose score was computed yesterday; null is a newcomer.</summary>
    public static PersonSnapshot Person(int? score, bool courtListed = false, long version = 1) =>
        new()
        {
            Version = version,
            CourtListed = courtListed,
            FedScore = score,
            AsOfMicros = NowMicros - MicrosOf(TimeSpan.FromDays(score is null ? 400 : 1)),
            ModelVersion = score is null ? "" : "2026-02",
            ReadMicros = NowMicros,
        };

    public static EnrolledProgramme Enrolled(string programme, Enrolment? enrolment = null) =>
        new(Catalogue.Find(programme)!, enrolment ?? new Enrolment { Programme = programme, Revision = 1 });

    public static MapField<string, AttributeValue> Attributes(params (string Name, object Value)[] attributes)
    {
        var map = new MapField<string, AttributeValue>();
        foreach (var (name, value) in attributes)
        {
            map[name] = value is string text ? new AttributeValue { Text = text } : new AttributeValue { Number = Convert.ToInt64(value) };
        }

        return map;
    }

    public static long MicrosOf(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A key ring of its own.</summary>
    public static KeyRing NewKeys()
    {
        using var folder = new TemporaryFolder();
        return KeyRing.Open(new GatewayOptions { Mode = GatewayMode.Sandbox, DataDirectory = folder.Path });
    }

    public static Refusal RefusalOf(Action action) => Assert.Throws<RefusalException>(action).Refusal;

    /// <summary>The fields that a refusal names, in order.</summary>
    public static IEnumerable<string> FieldsOf(Refusal refusal)
    {
        Assert.Equal(ErrorReason.FieldInvalid, refusal.Reason);
        return Assert.Single(refusal.Details.OfType<Google.Rpc.BadRequest>()).FieldViolations.Select(violation => violation.Field);
    }

    /// <summary>An active waiver without a due time.</summary>
    public static Obligation Waiver { get; } =
        new()
        {
            Id = "0190a0b0c0d0e0f00102030405060708",
            Kind = ObligationKind.DepositWaiver,
            Partner = "hello-bike",
            OrderId = "order-1",
            Person = "person-1",
            Subject = "subject-1",
            Programme = "bike.deposit_free",
            State = ObligationState.Active,
            Revision = 1,
            RequestedFen = 29_900,
            HeldFen = 19_900,
            PolicyVersion = "bike.deposit_free@1.1",
            DecisionId = "decision-1",
            GrantedMicros = Samples.NowMicros,
        };
}
