namespace SesameGrpc.Gateway.Configuration;

internal enum GatewayMode
{
    Production = 0,
    Sandbox = 1,
}
