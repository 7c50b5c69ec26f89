using System.Text;
using Google.Protobuf.Reflection;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Consents;

/// <summary>What a partner may be told is a table, and every field of every answer has its place in it. docs/minimisation.md is the golden file.</summary>
public sealed class MinimisationTests
{
    // What each field of an answer tells of a person whom the partner need have no obligation with. A field without an entry fails the test: think before you add it.
    private static readonly Dictionary<string, PersonField> Told = new(StringComparer.Ordinal)
    {
        ["CreditScore.score"] = PersonField.Score,
        ["CreditScore.band"] = PersonField.Band,
        ["CreditScore.as_of_time"] = PersonField.Score,
        ["CreditScore.valid_until_time"] = PersonField.Score,
        ["CreditScore.model_version"] = PersonField.Score,
        ["CreditScore.dimensions"] = PersonField.Dimensions,
        ["GetCreditScoreResponse.subject"] = PersonField.None,
        ["GetCreditScoreResponse.not_scored_reason"] = PersonField.Score,
        ["GetCreditScoreResponse.source"] = PersonField.None,
        ["GetCreditScoreResponse.age"] = PersonField.None,
        ["BatchCreditScoreResult.error_reason"] = PersonField.None,
        ["GetScoreBandResponse.subject"] = PersonField.None,
        ["GetScoreBandResponse.band"] = PersonField.Band,
        ["GetScoreBandResponse.not_scored_reason"] = PersonField.Band,
        ["GetScoreBandResponse.valid_until_time"] = PersonField.Band,
        ["CheckEligibilityResponse.decision"] = PersonField.Decision,
        ["CheckEligibilityResponse.reasons"] = PersonField.Decision,
        ["CheckEligibilityResponse.terms"] = PersonField.Terms,
        ["CheckEligibilityResponse.policy_version"] = PersonField.None,
        ["CheckEligibilityResponse.decision_id"] = PersonField.None,
        ["CheckEligibilityResponse.expire_time"] = PersonField.None,
        ["CheckEligibilityResponse.source"] = PersonField.None,
        ["CheckEligibilityResponse.age"] = PersonField.None,
        ["BatchEligibilityResult.error_reason"] = PersonField.None,
        ["NotGranted.decision"] = PersonField.Decision,
        ["NotGranted.reasons"] = PersonField.Decision,
        ["NotGranted.policy_version"] = PersonField.None,
        ["NotGranted.decision_id"] = PersonField.None,
        ["GrantDepositWaiverResponse.deposit_waiver"] = PersonField.Terms,
        ["OpenVisitResponse.visit"] = PersonField.Terms,
        ["IssueCreditBadgeResponse.credit_badge"] = PersonField.Band | PersonField.PublicBand,
        ["IssueCreditBadgeResponse.sd_jwt"] = PersonField.Band | PersonField.PublicBand,
        ["CreditBadgeNotIssued.decision"] = PersonField.Decision,
        ["CreditBadgeNotIssued.reasons"] = PersonField.Decision,
        ["CreditBadgeNotIssued.policy_version"] = PersonField.None,
    };

    // Messages that are looked into; another message is one piece of what is told.
    private static readonly string[] Opened =
    [
        "CreditScore",
        "GetCreditScoreResponse",
        "BatchCreditScoreResult",
        "CheckEligibilityResponse",
        "BatchEligibilityResult",
        "NotGranted",
        "CreditBadgeNotIssued",
    ];

    private static IReadOnlyList<MethodPolicy> ConsentMethods { get; } =
    [
        .. MethodPolicies
            .All.Where(row => row.Scope is { } scope && Minimisation.ConsentScopes.Contains(scope) && IsAnswer(row))
            .OrderBy(row => row.Method, StringComparer.Ordinal),
    ];

    [Fact]
    public void Answers_TellNoMoreThanTheScopeOfTheirMethodAllows()
    {
        foreach (var row in ConsentMethods)
        {
            var allowed = Minimisation.FieldsOf(row.Scope!);
            foreach (var (path, field) in FieldsOf(row))
            {
                // Dimensions need a scope of their own, beside the method's.
                var told = field & ~PersonField.Dimensions;
                Assert.True((told & ~allowed) == PersonField.None, $"{row.Method}: {path} tells {field}, {row.Scope} allows {allowed}.");
            }
        }
    }

    [Theory]
    [InlineData(PartnerKind.Dating, nameof(PersonField.Score))]
    [InlineData(PartnerKind.Dating, nameof(PersonField.Dimensions))]
    [InlineData(PartnerKind.Hospital, nameof(PersonField.Score))]
    [InlineData(PartnerKind.Hospital, nameof(PersonField.Band))]
    [InlineData(PartnerKind.Library, nameof(PersonField.Score))]
    [InlineData(PartnerKind.Transport, nameof(PersonField.Terms))]
    [InlineData(PartnerKind.Sharing, nameof(PersonField.PublicBand))]
    [InlineData(PartnerKind.Lender, nameof(PersonField.PublicBand))]
    [InlineData(PartnerKind.Hospital, nameof(PersonField.Report))]
    [InlineData(PartnerKind.Dating, nameof(PersonField.Report))]
    [InlineData(PartnerKind.Transport, nameof(PersonField.Report))]
    public void Kind_IsNeverTold(PartnerKind kind, string name)
    {
        var field = Enum.Parse<PersonField>(name);
        Assert.All(Minimisation.PurposesOf(kind), purpose => Assert.False(Minimisation.FieldsOf(kind, purpose).HasFlag(field)));
        // Terms come with eligibility.check where they may, and are left out where they may not.
        foreach (
            var scope in Minimisation
                .ConsentScopes.Where(scope => Minimisation.FieldsOf(scope).HasFlag(field))
                .Except(field == PersonField.Terms ? [PartnerScopes.EligibilityCheck] : [])
        )
        {
            Assert.False(Minimisation.Allows(kind, scope));
        }
    }

    [Fact]
    public void Kinds_HaveEachAPurpose_AndNoPairTwice()
    {
        Assert.Equal(
            Enum.GetValues<PartnerKind>().Where(kind => kind != PartnerKind.Unspecified),
            Minimisation.Table.Select(row => row.Kind).Distinct().Order()
        );
        Assert.Equal(Minimisation.Table.Count, Minimisation.Table.Select(row => (row.Kind, row.Purpose)).Distinct().Count());
        Assert.Equal(PersonField.None, Minimisation.FieldsOf(PartnerKind.Unspecified, Purpose.DepositWaiver));
    }

    [Fact]
    public void Scopes_OfThePartnersOwnObjects_NeedNoConsent() =>
        Assert.All(
            PartnerScopes.All.Except(Minimisation.ConsentScopes),
            scope => Assert.True(Minimisation.Allows(PartnerKind.Dating, scope))
        );

    /// <summary>No answer of the partner API holds anything of other partners' obligations: what is open anywhere is a reason at most, never an amount.</summary>
    [Fact]
    public void Answers_HaveNoFieldForWhatIsOpenElsewhere() =>
        Assert.DoesNotContain(
            ConsentMethods.SelectMany(FieldsOf).Select(field => field.Path),
            path => path.Contains("exposure", StringComparison.Ordinal) || path.Contains("obligation", StringComparison.Ordinal)
        );

    [Fact]
    public void Page_ShowsTheTablesThatAreInForce()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "minimisation.md"));

        Assert.Contains(Rendered(), page, StringComparison.Ordinal);
    }

    private static string Rendered()
    {
        var text = new StringBuilder(
            "| partner kind | purpose | band | score | dimensions | yes or no | terms | band to the public | may report |\n|---|---|---|---|---|---|---|---|---|\n"
        );
        foreach (var (kind, purpose, fields) in Minimisation.Table)
        {
            var cells = Columns.Select(column => fields.HasFlag(column) ? "yes" : "");
            text.Append($"| {Name(kind)} | {ContractName.Of(purpose)} | {string.Join(" | ", cells)} |\n");
        }

        text.Append("\n| method | field of the answer | tells |\n|---|---|---|\n");
        foreach (var (row, path, field) in ConsentMethods.SelectMany(row => FieldsOf(row).Select(item => (row, item.Path, item.Field))))
        {
            text.Append($"| {row.Method.Split('/')[1]} | {path} | {(field == PersonField.None ? "nothing of the person" : field)} |\n");
        }

        return text.ToString();
    }

    private static IEnumerable<PersonField> Columns { get; } = Enum.GetValues<PersonField>().Where(column => column != PersonField.None);

    private static string Name(PartnerKind kind) => kind.ToString().ToUpperInvariant();

    // Changes of an obligation that is there already tell of the obligation alone.
    private static bool IsAnswer(MethodPolicy row) =>
        row.Effect == Effect.Disclosure || row.Method.Split('/')[1] is "GrantDepositWaiver" or "OpenVisit" or "IssueCreditBadge";

    private static IEnumerable<(string Path, PersonField Field)> FieldsOf(MethodPolicy row)
    {
        var (service, method) = (row.Method.Split('/')[0], row.Method.Split('/')[1]);
        FileDescriptor[] files =
        [
            CreditScoreServiceReflection.Descriptor,
            EligibilityServiceReflection.Descriptor,
            DepositWaiverServiceReflection.Descriptor,
            DeferredPaymentServiceReflection.Descriptor,
            CreditBadgeServiceReflection.Descriptor,
        ];
        var found = files.SelectMany(file => file.Services).Single(candidate => candidate.FullName == service);
        return Leaves(found.FindMethodByName(method).OutputType, "");
    }

    private static IEnumerable<(string Path, PersonField Field)> Leaves(MessageDescriptor message, string prefix)
    {
        foreach (var field in message.Fields.InDeclarationOrder().Where(field => field.Name != "next_page_token"))
        {
            var path = prefix + field.Name;
            if (
                field.FieldType == FieldType.Message
                && (
                    Opened.Contains(field.MessageType.Name)
                    || field.IsRepeated && message.Name.StartsWith("Batch", StringComparison.Ordinal)
                )
            )
            {
                foreach (var leaf in Leaves(field.MessageType, path + "."))
                {
                    yield return leaf;
                }

                continue;
            }

            var key = $"{message.Name}.{field.Name}";
            Assert.True(Told.TryGetValue(key, out var told), $"{key} is new: say in this test what it tells of a person.");
            yield return (path, told);
        }
    }
}
