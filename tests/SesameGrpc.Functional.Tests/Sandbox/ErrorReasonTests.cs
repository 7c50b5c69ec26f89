using System.Net;
using Google.Rpc;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Sandbox;

/// <summary>Every reason that there is can be had from a sandbox, over the wire, and its page says how.</summary>
public sealed class ErrorReasonTests(SandboxScene scene) : IClassFixture<SandboxScene>
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> SeeIts = new(ReadSeeIts);

    public static TheoryData<ErrorReason> Reasons => [.. SandboxScene.Reasons];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_AsItsPageSays_IsGivenWithAllThatARefusalCarries(ErrorReason reason)
    {
        Assert.True(ErrorTriggers.All.TryGetValue(reason, out var trigger), $"ErrorTriggers has no row that provokes {reason}.");
        var name = StatusDetails.NameOf(reason);

        var refused = await trigger.RunAsync(scene);

        Assert.Equal(name, refused.Reason);
        Assert.True(SeeIts.Value.TryGetValue(name, out var told), $"docs/errors.md says not how to see {name}.");
        Assert.Equal(trigger.SeeIt, told);
        var link = refused.Status.Details.Single(detail => detail.Is(Help.Descriptor)).Unpack<Help>().Links.Single().Url;
        using var anyone = new HttpClient(scene.Gateway.Handler(null));
        Assert.Equal(HttpStatusCode.OK, (await anyone.GetAsync(new Uri(link), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_Forced_IsGivenOnceWithAllThatARefusalCarries(ErrorReason reason)
    {
        var partner = await scene.ConnectAsync(scene.New("forced"));
        var person = await scene.FeedAsync("test-800");
        await scene.FailAsync(partner, "EligibilityService", reason);
        var request = new CheckEligibilityRequest { Subject = person, Programme = SandboxScene.Bike };

        var refused = await RefusedCall.OfAsync(partner.Eligibility.CheckEligibilityAsync(request));

        Assert.Equal(StatusDetails.NameOf(reason), refused.Reason);
        Assert.Equal(EligibilityDecision.Eligible, (await partner.Eligibility.CheckEligibilityAsync(request)).Decision);
    }

    // The paragraph behind "See it" of each section, as one line.
    private static Dictionary<string, string> ReadSeeIts()
    {
        const string Mark = "\n**See it** ";
        var page = File.ReadAllText(Path.Combine(TestEnvironment.RepositoryRoot, "docs", "errors.md"));
        return page.Split("\n## ")
            .Skip(1)
            .Where(section => section.Contains(Mark, StringComparison.Ordinal))
            .ToDictionary(
                section => section.Split('\n')[0],
                section => section.Split(Mark)[^1].Split("\n\n")[0].Trim().ReplaceLineEndings(" "),
                StringComparer.Ordinal
            );
    }
}
