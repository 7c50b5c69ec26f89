using SesameGrpc.Sip2Proxy;
using SesameGrpc.Sip2Proxy.Configuration;

// Stands between a library's kiosks and its own system. Settings: section "Sip2Proxy" of environment variables (Sip2Proxy__Library=...) or command line
// (--Sip2Proxy:Library=...). Exit code 78 (EX_CONFIG of sysexits) when a setting is wrong; the one line on standard error names it.
try
{
    await using var app = ProxyHost.Build(WebApplication.CreateSlimBuilder(args));
    await app.RunAsync();
    return 0;
}
catch (ProxyConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 78;
}
