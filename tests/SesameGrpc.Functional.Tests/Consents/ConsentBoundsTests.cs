using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Consents;

/// <summary>What a consent may be about, whom a subject means, and who has agreed without being asked: nobody but the persons of a sandbox.</summary>
public sealed class ConsentBoundsTests
{
    private const string Bike = "bike.deposit_free";
    private const string Umbrella = "umbrella.deposit_free";
    private static readonly Dictionary<string, string?> Production = new() { ["Sesame:Mode"] = "Production" };
    private static readonly GatewaySetup InProduction = new() { Production = true };

    [Theory]
    [InlineData("purpose", Purpose.CreditBadge, "eligibility.check", Bike, 30)]
    [InlineData("scopes", Purpose.DepositWaiver, "score.dimensions.read", Bike, 30)]
    [InlineData("scopes", Purpose.DepositWaiver, "event.read", Bike, 30)]
    [InlineData("programmes", Purpose.DepositWaiver, "eligibility.check", Umbrella, 30)]
    [InlineData("days", Purpose.DepositWaiver, "eligibility.check", Bike, 181)]
    [InlineData("days", Purpose.DepositWaiver, "eligibility.check", Bike, -1)]
    public async Task Consent_ToMoreThanAllowed_IsRefusedByField(string field, Purpose purpose, string scope, string programme, int days)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(InProduction);
        await gateway.OnboardAsync("lender", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("anna", 700);

        var refused = await RefusedCall.OfAsync(
            gateway.Persons.GrantConsentAsync(
                new GrantConsentRequest
                {
                    RequestId = "g",
                    Person = "anna",
                    Partner = "lender",
                    Purpose = purpose,
                    Scopes = { scope },
                    Programmes = { programme },
                    Days = days,
                }
            )
        );

        Assert.Equal(("FIELD_INVALID", field), (refused.Reason, refused.Info.Metadata["fields"]));
    }

    /// <summary>Else keys that are stored under the former one could not be opened, and persons would get other subjects.</summary>
    [Fact]
    public async Task Start_UnderAnotherMasterKey_IsRefused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(InProduction);
        await File.WriteAllTextAsync(Path.Combine(gateway.DataDirectory, "keys", "master.key"), new string('7', 64));

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() =>
            GatewayUnderTest.StartAsync(new GatewaySetup { Beside = gateway, Settings = Production })
        );

        Assert.Contains("keys/master.key is the one under which the store of record was begun", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test-700", true)]
    [InlineData("test-700-noconsent", false)]
    [InlineData("test-700-revoked", false)]
    [InlineData("test-700-notopted", false)]
    public async Task SandboxPerson_AgreesWhenFirstAsked_UnlessTheIdSaysOtherwise(string person, bool isTold)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var partner = await gateway.ConnectAsync("lender", new Enrolment { Programme = Bike });
        if (!person.EndsWith("-notopted", StringComparison.Ordinal))
        {
            await gateway.FeedAsync(person, 700);
        }

        var asked = await Record.ExceptionAsync(async () => await partner.Scores.GetCreditScoreAsync(new() { Subject = person }));

        Assert.Equal(isTold, asked is null);
        if (person.EndsWith("-revoked", StringComparison.Ordinal))
        {
            var own = (await gateway.Persons.ListPersonConsentsAsync(new() { Person = person })).Consents;
            Assert.Equal(ConsentState.Withdrawn, Assert.Single(own).State);
        }
    }

    /// <summary>A dating site may know that a line of credit is open to somebody, if that is what was agreed to, but never how much.</summary>
    [Fact]
    public async Task Decision_OfAKindThatMayNotKnowTheTerms_HasNone()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(InProduction);
        await gateway.Partners.CreatePartnerAsync(
            new CreatePartnerRequest
            {
                RequestId = "c",
                Partner = new Partner
                {
                    Partner_ = "dating",
                    Kind = PartnerKind.Dating,
                    DisplayName = "Dating",
                    Scopes = { "eligibility.check" },
                    Enrolments = { new Enrolment { Programme = Bike } },
                },
            }
        );
        var dating = await gateway.ConnectOnboardedAsync("dating", scopes: "eligibility.check");
        await gateway.FeedAsync("anna", 700);
        var consent = await gateway.Persons.GrantConsentAsync(
            new GrantConsentRequest
            {
                RequestId = "g",
                Person = "anna",
                Partner = "dating",
                Purpose = Purpose.CreditBadge,
                Scopes = { "eligibility.check" },
            }
        );

        var answer = await dating.Eligibility.CheckEligibilityAsync(new() { Subject = consent.Consent.Subject, Programme = Bike });

        Assert.Equal((EligibilityDecision.Eligible, null), (answer.Decision, answer.Terms));
    }
}
