using SesameGrpc.Gateway;
using SesameGrpc.Gateway.Configuration;

// The gateway. Settings: section "Sesame" of appsettings.json (beside the program), environment variables (Sesame__Mode=Sandbox), command line (--Sesame:Mode=Sandbox).
// Exit code 78 (EX_CONFIG of sysexits) when a setting is wrong; the one line on standard error names it.
try
{
    var app = GatewayHost.Build(
        WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory })
    );
    await GatewayHost.PrepareAsync(app, CancellationToken.None);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 78;
}
