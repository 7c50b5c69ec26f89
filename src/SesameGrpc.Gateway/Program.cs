using SesameGrpc.Gateway;
using SesameGrpc.Gateway.Configuration;

// The gateway. Settings: section "Sesame" of appsettings.json (beside the program), environment variables (Sesame__Mode=Sandbox), command line (--Sesame:Mode=Sandbox).
// Exit code 78 (EX_CONFIG of sysexits) when a setting is wrong; the one line on standard error names it. With --check nothing is started: all that is found is
// one JSON object a line on standard output.
try
{
    string[] settings = [.. args.Where(argument => argument != ConfigurationCheck.Switch)];
    var builder = WebApplication.CreateSlimBuilder(
        new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory }
    );
    if (settings.Length < args.Length)
    {
        return await new ConfigurationCheck(Console.Out).RunAsync(builder.Configuration, CancellationToken.None) ? 0 : 78;
    }

    var app = GatewayHost.Build(builder);
    await GatewayHost.PrepareAsync(app, CancellationToken.None);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 78;
}
