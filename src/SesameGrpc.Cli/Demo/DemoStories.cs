using SesameGrpc.Cli.Sandbox;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Demo;

/// <summary>Every story of `sesame demo`, one row each, in the order in which `all` tells them.</summary>
internal static class DemoStories
{
    public static IReadOnlyList<DemoStory> All { get; } =
    [
        new("bike", "A bike without a deposit", Bike),
        new("hospital", "Treated first, paid once", Hospital),
        new("library", "A library without a card deposit", Library),
        new("dating", "A badge on a profile", Dating),
        new("retail", "Tried first, bought on credit", Retail),
        new("lounge", "A lounge with two keys", Lounge),
    ];

    private static IAsyncEnumerable<DemoStep> Bike(DemoStage stage, CancellationToken cancellationToken)
    {
        var bike = stage.Partner(
            DemoPartners.HelloBike,
            PartnerScopes.ScoreRead,
            PartnerScopes.EligibilityCheck,
            PartnerScopes.WaiverWrite
        );
        var thief = stage.PartnerWithTokensOf(bike, DemoPartners.HuashanHospital);
        return new BikeStory(bike, thief)
            .RunAsync(cancellationToken)
            .Concat(new ConsentStory(bike, stage.OAuth(DemoPartners.HelloBike), stage.Browser()).RunAsync(cancellationToken));
    }

    private static IAsyncEnumerable<DemoStep> Hospital(DemoStage stage, CancellationToken cancellationToken) =>
        new HospitalStory(
            stage.Partner(
                DemoPartners.HuashanHospital,
                PartnerScopes.EligibilityCheck,
                PartnerScopes.WaiverWrite,
                PartnerScopes.VisitRead,
                PartnerScopes.VisitWrite
            )
        ).RunAsync(cancellationToken);

    private static IAsyncEnumerable<DemoStep> Retail(DemoStage stage, CancellationToken cancellationToken) =>
        new RetailStory(
            stage.Partner(DemoPartners.Tmall, PartnerScopes.WaiverWrite),
            stage.Partner(DemoPartners.Huabei, PartnerScopes.WaiverWrite)
        ).RunAsync(cancellationToken);

    private static IAsyncEnumerable<DemoStep> Lounge(DemoStage stage, CancellationToken cancellationToken) =>
        new LoungeStory(stage.Partner(DemoPartners.HangzhouRail, PartnerScopes.EligibilityCheck)).RunAsync(cancellationToken);

    private static IAsyncEnumerable<DemoStep> Library(DemoStage stage, CancellationToken cancellationToken) =>
        new LibraryStory(
            stage.Partner(DemoPartners.ZhejiangLibrary, PartnerScopes.EligibilityCheck),
            stage.Partner(DemoPartners.HangzhouLibrary, PartnerScopes.EligibilityCheck),
            new KioskScene(stage)
        ).RunAsync(cancellationToken);

    private static IAsyncEnumerable<DemoStep> Dating(DemoStage stage, CancellationToken cancellationToken)
    {
        var baihe = stage.Partner(DemoPartners.BaiheDating, PartnerScopes.BadgeRead, PartnerScopes.BadgeWrite);
        var thief = stage.PartnerWithTokensOf(baihe, DemoPartners.HuashanHospital);
        return new DatingStory(baihe, thief, stage.Browser(), stage.Browser()).RunAsync(cancellationToken);
    }
}
