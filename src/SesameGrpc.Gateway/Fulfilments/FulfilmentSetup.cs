namespace SesameGrpc.Gateway.Fulfilments;

/// <summary>Registers what takes reports in and hands them on.</summary>
internal static class FulfilmentSetup
{
    public static IServiceCollection AddFulfilments(this IServiceCollection services) =>
        services
            .AddSingleton<FulfilmentStore>()
            .AddSingleton<FulfilmentChanges>()
            .AddSingleton<FulfilmentService>()
            .AddSingleton<FulfilmentExportService>();
}
