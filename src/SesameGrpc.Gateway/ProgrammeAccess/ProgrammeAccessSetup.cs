using SesameGrpc.Gateway.Programmes;

namespace SesameGrpc.Gateway.ProgrammeAccess;

/// <summary>Registers the versions of programmes, the operator's service over them, and what brings the programme file into the store.</summary>
internal static class ProgrammeAccessSetup
{
    public static IServiceCollection AddProgrammeAccess(this IServiceCollection services) =>
        services
            .AddSingleton<ProgrammeStore>()
            .AddSingleton<ProgrammeReader>()
            .AddSingleton<ProgrammeSeeding>()
            .AddSingleton<ProgrammeChanges>()
            .AddSingleton<ProgrammeAdminService>();
}
