using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;
using Enum = System.Enum;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>A sandbox with its payment system, for the tests of one class; each takes partners and persons of its own.</summary>
public sealed class SandboxScene : IAsyncLifetime
{
    public const string Bike = "bike.deposit_free";
    private RailUnderTest rail = null!;
    private int number;

    public GatewayUnderTest Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        rail = await RailUnderTest.StartAsync();
        Gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Settings = rail.Settings(collectAfterSeconds: 60) });
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await rail.DisposeAsync();
    }

    /// <summary>A name that nobody has had in this scene.</summary>
    public string New(string name) => $"{name}-{Interlocked.Increment(ref number)}";

    /// <summary>A new partner that waives bikes' deposits.</summary>
    public Task<ConnectedPartner> ConnectAsync(string id) => Gateway.ConnectAsync(id, new Enrolment { Programme = Bike });

    /// <summary>Feeds a test person once, with the score in the name.</summary>
    public async Task<string> FeedAsync(string person)
    {
        if (
            (await Gateway.ScoreFeed.GetScoreImportAsync(new GetScoreImportRequest { ImportId = $"{person}-1" })).ScoreImport
            is not { Complete: true }
        )
        {
            await Gateway.FeedAsync(person, int.Parse(person.Split('-')[1]));
        }

        return person;
    }

    public async Task AdvanceAsync(TimeSpan advance) =>
        await Gateway.Sandbox.AdvanceClockAsync(
            new AdvanceClockRequest { RequestId = Guid.NewGuid().ToString(), Advance = Duration.FromTimeSpan(advance) }
        );

    /// <summary>Has the next call of a method by this partner fail.</summary>
    public async Task FailAsync(ConnectedPartner partner, string method, ErrorReason reason) =>
        await Gateway.Sandbox.SetForcedFailureAsync(
            new SetForcedFailureRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                Method = method,
                ErrorReason = reason,
                Partner = IdOf(partner),
                Count = 1,
            }
        );

    public static string IdOf(ConnectedPartner partner) => partner.Certificate.Subject["CN=".Length..];

    public static IEnumerable<ErrorReason> Reasons => Enum.GetValues<ErrorReason>().Where(reason => reason != ErrorReason.Unspecified);
}
