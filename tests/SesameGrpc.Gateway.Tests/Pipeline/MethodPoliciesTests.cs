using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Listeners;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Pipeline;

/// <summary>The policy table and the contracts have the same methods.</summary>
public sealed class MethodPoliciesTests
{
    // A stream whose messages say how far the import is: it is resumed by position.
    private const string ResumableStream = "sesame.operator.v1.ScoreFeedService/ImportScores";

    private static readonly string[] LongStreams =
    [
        ResumableStream,
        "sesame.partner.v1.EventService/StreamEvents",
        "sesame.operator.v1.AuditService/ExportAuditLog",
        "sesame.operator.v1.AuditService/CheckAuditLog",
        "sesame.operator.v1.LedgerService/CheckLedger",
        "sesame.operator.v1.ProgrammeAdminService/DryRunProgrammeVersion",
        "sesame.operator.v1.ProgrammeAdminService/ReplayDecisions",
        "sesame.operator.v1.FulfilmentExportService/StreamFulfilments",
        "grpc.health.v1.Health/Watch",
    ];

    // What others implement and the gateway calls is no method of the gateway.
    private const string CalledPackage = "sesame.rail.v1";

    private static readonly Dictionary<string, MethodDescriptor> Contracts = typeof(Money)
        .Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>()
        .Where(file => file.Package != CalledPackage)
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(NameOf, StringComparer.Ordinal);

    private static readonly Dictionary<string, MethodDescriptor> Open = new[]
    {
        Health.Descriptor,
        Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
        Grpc.Reflection.V1.ServerReflection.Descriptor,
    }
        .SelectMany(service => service.Methods)
        .ToDictionary(NameOf, StringComparer.Ordinal);

    private static IEnumerable<MethodPolicy> ContractRows => MethodPolicies.All.Where(row => Contracts.ContainsKey(row.Method));

    [Fact]
    public void Rows_AreExactlyTheMethodsOfContractsHealthAndReflection() =>
        Assert.Equal(
            Contracts.Keys.Concat(Open.Keys).Order(StringComparer.Ordinal),
            MethodPolicies.All.Select(row => row.Method).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Contracts_OfBothPackages_AreSeen()
    {
        Assert.True(Contracts.Count >= 26);
        Assert.Contains("sesame.partner.v1.CreditScoreService/GetCreditScore", Contracts.Keys);
        Assert.Contains(ResumableStream, Contracts.Keys);
    }

    [Fact]
    public void MutationRows_TakeARequestId() =>
        Assert.All(
            ContractRows.Where(row => row.Effect == Effect.Mutation && row.Method != ResumableStream),
            row => Assert.NotNull(Contracts[row.Method].InputType.FindFieldByName("request_id"))
        );

    [Fact]
    public void ReadRows_TakeNoRequestId() =>
        Assert.All(
            ContractRows.Where(row => row.Effect != Effect.Mutation),
            row => Assert.Null(Contracts[row.Method].InputType.FindFieldByName("request_id"))
        );

    [Fact]
    public void ReadRows_AreNamedLikeReads() =>
        Assert.All(
            ContractRows,
            row =>
                Assert.Equal(
                    row.Effect != Effect.Mutation,
                    Contracts[row.Method]
                        .Name.StartsWithAny("Get", "List", "BatchGet", "Check", "BatchCheck", "Export", "Stream", "DryRun", "Replay")
                )
        );

    [Fact]
    public void PartnerRows_StandAtThePartnerListenerWithATokenAndAKnownScope() =>
        Assert.All(
            ContractRows.Where(row => row.Method.StartsWith("sesame.partner.v1.", StringComparison.Ordinal)),
            row =>
            {
                Assert.Equal([Listener.Partner], row.Listeners);
                Assert.Equal(Access.PartnerToken, row.Access);
                Assert.Contains(row.Scope, PartnerScopes.All);
            }
        );

    [Fact]
    public void PartnerMutations_NeedAScopeToWrite() =>
        Assert.All(
            ContractRows.Where(row => row.Access == Access.PartnerToken),
            row => Assert.Equal(row.Effect == Effect.Mutation, row.Scope!.EndsWith(".write", StringComparison.Ordinal))
        );

    [Fact]
    public void OperatorRows_StandAtTheOperatorListenerOnly() =>
        Assert.All(
            ContractRows.Where(row => row.Method.StartsWith("sesame.operator.v1.", StringComparison.Ordinal)),
            row =>
            {
                Assert.Equal([Listener.Operator], row.Listeners);
                Assert.Equal(Access.Certificate, row.Access);
                Assert.Null(row.Scope);
            }
        );

    [Fact]
    public void OpenRows_StandAtBothMutualTlsListenersAndOnlyRead() =>
        Assert.All(
            Open.Keys.Select(MethodPolicies.Find),
            row =>
            {
                Assert.Equal([Listener.Partner, Listener.Operator], row!.Listeners);
                Assert.Equal((Access.Certificate, Effect.Read), (row.Access, row.Effect));
            }
        );

    [Fact]
    public void Deadlines_AreAMinuteButForStreams() =>
        Assert.All(
            MethodPolicies.All,
            row => Assert.Equal(LongStreams.Contains(row.Method) ? TimeSpan.FromHours(6) : TimeSpan.FromMinutes(1), row.MaxDeadline)
        );

    [Theory]
    [InlineData("")]
    [InlineData("/sesame.partner.v1.CreditScoreService/GetCreditScore")]
    [InlineData("sesame.partner.v1.CreditScoreService/getcreditscore")]
    [InlineData("sesame.partner.v1.CreditScoreService/DropCreditScore")]
    public void Find_OtherName_IsNull(string method) => Assert.Null(MethodPolicies.Find(method));

    private static string NameOf(MethodDescriptor method) => $"{method.Service.FullName}/{method.Name}";
}

file static class Texts
{
    public static bool StartsWithAny(this string text, params string[] prefixes) =>
        prefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal));
}
