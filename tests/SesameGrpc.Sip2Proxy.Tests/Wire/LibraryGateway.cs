using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>A gateway with a library as its partner, and persons, for the tests of one class.</summary>
public sealed class LibraryGateway : IAsyncLifetime
{
    private GatewayUnderTest? gateway;

    public GatewayUnderTest Gateway => gateway!;

    public async ValueTask InitializeAsync()
    {
        gateway = await GatewayUnderTest.StartAsync();
        await OnboardLibraryAsync(gateway);
        foreach (var (person, score) in new[] { ("test-549", 549), ("test-550", 550), ("test-550-noconsent", 550) })
        {
            await gateway.FeedAsync(person, score);
        }

        // Whom the library's system denies for other reasons could borrow, if the gateway were asked.
        foreach (var person in new[] { "suspended", "overdue", "lost", "unknown", "deposit-unknown" })
        {
            await gateway.FeedAsync($"test-800-{person}", 800);
        }

        await gateway.FeedAsync("test-900-listed", 900, courtListed: true);
        await gateway.FeedAsync("test-700-old", 700, asOf: TestAuthority.Start);
    }

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();

    internal static async Task OnboardLibraryAsync(GatewayUnderTest gateway) =>
        await gateway.Partners.CreatePartnerAsync(
            new CreatePartnerRequest
            {
                RequestId = "create-library",
                Partner = new Partner
                {
                    Partner_ = ProxyUnderTest.Partner,
                    Kind = PartnerKind.Library,
                    DisplayName = "City Library",
                    Scopes = { "eligibility.check" },
                    Enrolments = { new Enrolment { Programme = "library.card_free" } },
                },
            }
        );
}
