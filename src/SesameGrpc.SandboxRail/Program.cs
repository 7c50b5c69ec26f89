using SesameGrpc.SandboxRail;

// A payment system for sandboxes: real in everything but the money. Settings: section "SandboxRail" of environment variables (SandboxRail__Journal=...) or command line
// (--SandboxRail:Journal=...). Exit code 78 (EX_CONFIG of sysexits) when a setting is wrong; the one line on standard error names it.
try
{
    await using var app = RailHost.Build(WebApplication.CreateSlimBuilder(args));
    await app.RunAsync();
    return 0;
}
catch (RailConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 78;
}
