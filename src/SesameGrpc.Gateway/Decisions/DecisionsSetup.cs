using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Persons;

namespace SesameGrpc.Gateway.Decisions;

/// <summary>Registers what records decisions so that they can be made again, and what makes them again.</summary>
internal static class DecisionsSetup
{
    public static IServiceCollection AddDecisions(this IServiceCollection services) =>
        services
            .AddSingleton<OrderFactsSeal>()
            .AddSingleton<DecisionRecord>()
            .AddSingleton<PersonVersionStore>()
            .AddSingleton<RecordedDecisions>()
            .AddSingleton<DecisionBasisReader>()
            .AddSingleton<ReplayRun>()
            .AddSingleton<DryRun>();
}
